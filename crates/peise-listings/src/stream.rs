//! Many listings, streamed: reading and decoding overlap with matching, results come in order, and
//! memory does not grow with the number of listings.

use peise::image::{DecodeLimits, ImageError, read_bytes};
use peise::listing::Listing;
use peise::{Answer, DecodeOptions, EngineError, MatchInput, Matcher, Photo, Problem};
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, MutexGuard, PoisonError};
use xxhash_rust::xxh3::xxh3_128;

/// Photos read ahead together: enough to fill an encoder pass.
const PHOTOS_AHEAD: usize = 96;
/// Prepared photos remembered: listings of one seller follow each other, and show the same files.
const PHOTOS_REMEMBERED: usize = 1024;

/// What can match listings: a model, or a baseline.
pub trait MatchListings: Sync {
    /// A photo as it is kept between reading and matching.
    type Photo: Clone + Send + Sync;

    /// Decodes a photo's bytes.
    ///
    /// # Errors
    /// If they are no photo that can be read within `limits`.
    fn prepare(&self, bytes: &[u8], limits: &DecodeLimits) -> Result<Self::Photo, ImageError>;

    /// Matches listings, one answer each, in order; `photos` belong to `listings` one to one.
    ///
    /// # Errors
    /// If the engine fails.
    fn answer(
        &self,
        listings: &[&Listing],
        photos: &[Vec<Result<Self::Photo, Problem>>],
        options: &DecodeOptions,
    ) -> Result<Vec<Answer>, EngineError>;
}

impl MatchListings for Matcher {
    type Photo = Photo;

    fn prepare(&self, bytes: &[u8], limits: &DecodeLimits) -> Result<Photo, ImageError> {
        Matcher::prepare(self, bytes, limits)
    }

    fn answer(
        &self,
        listings: &[&Listing],
        photos: &[Vec<Result<Photo, Problem>>],
        options: &DecodeOptions,
    ) -> Result<Vec<Answer>, EngineError> {
        let inputs: Vec<MatchInput> =
            listings.iter().zip(photos).map(|(listing, photos)| MatchInput { listing, photos }).collect();
        self.match_listings(&inputs, options)
    }
}

/// A listing and where its photos lie.
#[derive(Debug, Clone)]
pub struct Job {
    /// The listing.
    pub listing: Listing,
    /// For each photo its path, or why it has none.
    pub paths: Vec<Result<PathBuf, Problem>>,
}

/// Labels `jobs` and hands each result to `sink`, in order.
///
/// An unreadable photo costs itself, a listing that cannot be matched costs itself: both are
/// recorded in the prediction.
///
/// # Errors
/// The first error of `sink` or of the engine; nothing more is read then.
pub fn predict<M: MatchListings, E: From<EngineError>>(
    matcher: &M,
    jobs: impl Iterator<Item = Job> + Send,
    limits: &DecodeLimits,
    options: &DecodeOptions,
    mut sink: impl FnMut(Job, Answer) -> Result<(), E>,
) -> Result<(), E> {
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(1);
        scope.spawn(move || {
            let (mut jobs, recent) = (jobs.peekable(), Recent::default());
            while jobs.peek().is_some() {
                let mut ahead = Vec::new();
                let mut photos = 0;
                while photos < PHOTOS_AHEAD
                    && let Some(job) = jobs.next()
                {
                    photos += job.paths.len().max(1);
                    ahead.push(job);
                }
                let read = read(matcher, &ahead, limits, &recent);
                // The receiver is gone once the sink failed.
                if sender.send((ahead, read)).is_err() {
                    return;
                }
            }
        });
        for (jobs, read) in receiver {
            let listings: Vec<&Listing> = jobs.iter().map(|job| &job.listing).collect();
            let answers = matcher.answer(&listings, &read, options)?;
            for (job, answer) in jobs.into_iter().zip(answers) {
                sink(job, answer)?;
            }
        }
        Ok(())
    })
}

type Read<P> = Vec<Vec<Result<P, Problem>>>;

/// Photos prepared not long ago, by their files' content.
struct Recent<P>(Mutex<HashMap<u128, P>>);

impl<P> Default for Recent<P> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<P: Clone> Recent<P> {
    fn get_or_prepare<E>(&self, bytes: &[u8], prepare: impl FnOnce() -> Result<P, E>) -> Result<P, E> {
        let hash = xxh3_128(bytes);
        if let Some(photo) = self.photos().get(&hash) {
            return Ok(photo.clone());
        }
        let photo = prepare()?;
        let mut photos = self.photos();
        if photos.len() >= PHOTOS_REMEMBERED {
            photos.clear();
        }
        photos.insert(hash, photo.clone());
        Ok(photo)
    }

    fn photos(&self) -> MutexGuard<'_, HashMap<u128, P>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// An image error is one whole sentence, its causes included.
fn read<M: MatchListings>(
    matcher: &M,
    jobs: &[Job],
    limits: &DecodeLimits,
    recent: &Recent<M::Photo>,
) -> Read<M::Photo> {
    let photo = |path: &Result<PathBuf, Problem>| {
        let path = path.as_ref().map_err(Clone::clone)?;
        let prepared = read_bytes(path, limits).and_then(|bytes| {
            let prepare = || matcher.prepare(&bytes, limits);
            recent.get_or_prepare(&bytes, prepare).map_err(|error| error.at(path))
        });
        prepared.map_err(|error| Problem::from(&error))
    };
    // One flat parallel loop: listings differ in size.
    let flat: Vec<&Result<PathBuf, Problem>> = jobs.iter().flat_map(|job| &job.paths).collect();
    let mut read: std::vec::IntoIter<_> = flat.into_par_iter().map(photo).collect::<Vec<_>>().into_iter();
    jobs.iter().map(|job| read.by_ref().take(job.paths.len()).collect()).collect()
}
