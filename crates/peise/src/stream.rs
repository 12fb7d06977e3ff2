//! Many listings, streamed: reading and decoding overlap with matching, results come in order, and
//! memory does not grow with the number of listings.

use crate::engine::{MatchError, MatchInput, Matched, Matcher, Photo};
use crate::format::describe;
use crate::format::predictions::ListingPrediction;
use crate::image::{DecodeLimits, ImageError, read_bytes};
use crate::listing::Listing;
use crate::matcher::decode::DecodeOptions;
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

/// What can label listings: a model, or a baseline.
pub trait LabelListings: Sync {
    /// A photo as it is kept between reading and matching.
    type Photo: Clone + Send + Sync;

    /// Decodes a photo's bytes.
    ///
    /// # Errors
    /// If they are no photo that can be read within `limits`.
    fn prepare(&self, bytes: &[u8], limits: &DecodeLimits) -> Result<Self::Photo, ImageError>;

    /// Labels listings; `photos` belong to `listings` one to one, `None` = could not be read.
    fn label(
        &self,
        listings: &[&Listing],
        photos: &[Vec<Option<Self::Photo>>],
        options: &DecodeOptions,
    ) -> Vec<Result<Matched, MatchError>>;
}

impl LabelListings for Matcher {
    type Photo = Photo;

    fn prepare(&self, bytes: &[u8], limits: &DecodeLimits) -> Result<Photo, ImageError> {
        Matcher::prepare(self, bytes, limits)
    }

    fn label(
        &self,
        listings: &[&Listing],
        photos: &[Vec<Option<Photo>>],
        options: &DecodeOptions,
    ) -> Vec<Result<Matched, MatchError>> {
        let inputs: Vec<MatchInput> = listings
            .iter()
            .zip(photos)
            .map(|(listing, photos)| MatchInput { labels: &listing.labels, photos })
            .collect();
        self.match_listings(&inputs, options)
    }
}

/// A listing and where its photos lie.
#[derive(Debug, Clone)]
pub struct Job {
    /// The listing.
    pub listing: Listing,
    /// For each photo its path, or why it has none.
    pub paths: Vec<Result<PathBuf, String>>,
}

/// Labels `jobs` and hands each result to `sink`, in order.
///
/// An unreadable photo costs itself, a listing that cannot be matched costs itself: both are
/// recorded in the prediction.
///
/// # Errors
/// The first error of `sink`; nothing more is read then.
pub fn predict<M: LabelListings, E>(
    matcher: &M,
    jobs: impl Iterator<Item = Job> + Send,
    limits: &DecodeLimits,
    options: &DecodeOptions,
    mut sink: impl FnMut(Job, ListingPrediction) -> Result<(), E>,
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
            for (job, prediction) in label(matcher, jobs, read, options) {
                sink(job, prediction)?;
            }
        }
        Ok(())
    })
}

type Read<P> = Vec<Vec<Result<P, String>>>;

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
fn read<M: LabelListings>(
    matcher: &M,
    jobs: &[Job],
    limits: &DecodeLimits,
    recent: &Recent<M::Photo>,
) -> Read<M::Photo> {
    let photo = |path: &Result<PathBuf, String>| {
        let path = path.as_ref().map_err(Clone::clone)?;
        let bytes = read_bytes(path, limits).map_err(|error| error.to_string())?;
        recent.get_or_prepare(&bytes, || matcher.prepare(&bytes, limits)).map_err(|error| error.at(path).to_string())
    };
    // One flat parallel loop: listings differ in size.
    let flat: Vec<&Result<PathBuf, String>> = jobs.iter().flat_map(|job| &job.paths).collect();
    let mut read: std::vec::IntoIter<_> = flat.into_par_iter().map(photo).collect::<Vec<_>>().into_iter();
    jobs.iter().map(|job| read.by_ref().take(job.paths.len()).collect()).collect()
}

fn label<M: LabelListings>(
    matcher: &M,
    jobs: Vec<Job>,
    read: Read<M::Photo>,
    options: &DecodeOptions,
) -> Vec<(Job, ListingPrediction)> {
    let mut errors: Vec<Vec<Option<String>>> = Vec::with_capacity(jobs.len());
    let mut photos = Vec::with_capacity(jobs.len());
    for results in read {
        let (ok, failed): (Vec<_>, Vec<_>) = results
            .into_iter()
            .map(|one| match one {
                Ok(photo) => (Some(photo), None),
                Err(error) => (None, Some(error)),
            })
            .unzip();
        photos.push(ok);
        errors.push(failed);
    }
    let listings: Vec<&Listing> = jobs.iter().map(|job| &job.listing).collect();
    let matched = matcher.label(&listings, &photos, options);
    let predictions: Vec<ListingPrediction> = listings
        .into_iter()
        .zip(&errors)
        .zip(matched)
        .map(|((listing, errors), matched)| prediction(listing, errors, matched, options))
        .collect();
    jobs.into_iter().zip(predictions).collect()
}

fn prediction(
    listing: &Listing,
    errors: &[Option<String>],
    matched: Result<Matched, MatchError>,
    options: &DecodeOptions,
) -> ListingPrediction {
    let matched = match matched {
        Ok(matched) => matched,
        Err(error) => return ListingPrediction::failed(listing, errors, describe(&error)),
    };
    let mut prediction = ListingPrediction::new(listing, &matched.assignment, errors, &options.rule.to_string());
    if matched.assignment.choices.is_empty() {
        // Nothing was decided: a joint probability of 1 would read as certainty.
        prediction.joint_probability = None;
        prediction.rule.clear();
    }
    for (label, &first) in matched.same_as.iter().enumerate().filter(|(label, first)| label != *first) {
        prediction.notes.push(format!(
            "labels {} and {} ({}) cannot be told apart; the first is given",
            first + 1,
            label + 1,
            listing.labels[label]
        ));
    }
    if listing.images.is_empty() {
        prediction.notes.push("the listing has no image".to_owned());
    }
    prediction
}
