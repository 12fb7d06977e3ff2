//! Many listings in a stream: reading and decoding overlap with matching, answers come in order, and memory does not
//! grow with the number of listings.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use peise::image::{DecodeLimits, ImageError};
use peise::listing::Listing;
use peise::matcher::decode::{NonePolicy, Objective, Rule};
use peise::{Answer, DecodeOptions, EngineError, MatchInput, Matcher, Photo, Problem};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use crate::labels::note_joined;
use crate::{Entry, FormatError, ListingSource, SourceListing};

/// Entries read ahead of decoding.
const ENTRIES_AHEAD: usize = 16;
/// Photos decoded ahead together: enough to fill an encoder pass.
const PHOTOS_AHEAD: usize = 96;
/// Decoded photos remembered: listings of one seller follow each other, and show the same files.
const PHOTOS_REMEMBERED: usize = 1024;

/// A matcher of listings: a model or a baseline.
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

/// How listings of a stream are matched.
#[derive(Debug, Clone, Copy)]
pub struct MatchOptions<'a> {
    /// How labels are decided; a listing's own wishes go before.
    pub decode: DecodeOptions,
    /// Answers less probable than this are withheld; a listing's own wish goes before.
    pub min_confidence: f32,
    /// What a photo may cost.
    pub limits: DecodeLimits,
    /// Once `true`, nothing more is read; what was read is still answered.
    pub stop: Option<&'a AtomicBool>,
}

impl Default for MatchOptions<'_> {
    fn default() -> Self {
        Self { decode: DecodeOptions::default(), min_confidence: 0.0, limits: DecodeLimits::default(), stop: None }
    }
}

impl MatchOptions<'_> {
    /// Whether the run is to stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}

/// Answers the entries of `source` after the first `skip`, and hands each with its answer to `sink`, in order.
///
/// An unreadable photo costs itself, a listing that cannot be used or matched costs itself: both are recorded in the
/// answer.
///
/// # Errors
/// The first error of the source, of `sink` or of the engine; nothing more is read then.
pub fn match_source<M: MatchListings, E: From<EngineError> + From<FormatError>>(
    matcher: &M,
    source: &dyn ListingSource,
    skip: u64,
    options: &MatchOptions,
    mut sink: impl FnMut(Entry, Answer) -> Result<(), E>,
) -> Result<(), E> {
    std::thread::scope(|scope| {
        let (entries, to_prepare) = sync_channel::<Entry>(ENTRIES_AHEAD);
        let reader = scope.spawn(move || {
            let mut place = 0;
            source.read(&mut |entry| {
                place += 1;
                // The receiver is gone once a later stage failed or was stopped.
                match place <= skip || entries.send(entry).is_ok() {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            })
        });
        let (prepared, to_match) = sync_channel::<Batch<M::Photo>>(1);
        scope.spawn(move || {
            let recent = Recent::default();
            while let Some(batch) = Batch::read(matcher, &to_prepare, &recent, options) {
                if prepared.send(batch).is_err() {
                    return;
                }
            }
        });
        for mut batch in to_match {
            let answers = answer(matcher, &mut batch, options)?;
            for (entry, answer) in batch.entries.into_iter().zip(answers) {
                sink(entry, answer)?;
            }
        }
        match reader.join() {
            Ok(read) => Ok(read?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Listings that are matched together.
struct Batch<P> {
    entries: Vec<Entry>,
    /// For each entry its photos; none for one that cannot be used.
    photos: Vec<Vec<Result<P, Problem>>>,
}

impl<P: Clone + Send + Sync> Batch<P> {
    /// Gathers entries until they have enough photos, and decodes these; `None` at the end.
    fn read<M: MatchListings<Photo = P>>(
        matcher: &M,
        entries: &Receiver<Entry>,
        recent: &Recent<P>,
        options: &MatchOptions,
    ) -> Option<Self> {
        let (mut gathered, mut photos) = (Vec::new(), 0);
        while photos < PHOTOS_AHEAD
            && !options.is_stopped()
            && let Ok(entry) = entries.recv()
        {
            photos += entry.as_ref().map_or(0, |found| found.photos.len()).max(1);
            gathered.push(entry);
        }
        if gathered.is_empty() {
            return None;
        }
        let photos = decode(matcher, &gathered, recent, &options.limits);
        Some(Self { entries: gathered, photos })
    }
}

/// Options by which listings of one batch are told apart.
type Decision = (Rule, Objective, NonePolicy);

/// One answer for each entry, in order.
fn answer<M: MatchListings>(
    matcher: &M,
    batch: &mut Batch<M::Photo>,
    options: &MatchOptions,
) -> Result<Vec<Answer>, EngineError> {
    // Listings that are decided alike are matched together.
    let mut groups: HashMap<Decision, (DecodeOptions, Vec<usize>)> = HashMap::new();
    let mut answers: Vec<Option<Answer>> = Vec::new();
    for (place, entry) in batch.entries.iter().enumerate() {
        answers.push(match entry {
            Ok(found) => {
                let decode = found.wishes.apply(&options.decode);
                let key = (decode.rule, decode.objective, decode.none);
                groups.entry(key).or_insert_with(|| (decode, Vec::new())).1.push(place);
                None
            }
            Err(broken) => {
                let nothing = Listing { id: broken.id().to_owned(), ..Listing::default() };
                Some(Answer::failed(&nothing, &[], broken.into()))
            }
        });
    }
    for (decode, places) in groups.into_values() {
        let found: Vec<&SourceListing> =
            places.iter().filter_map(|&place| batch.entries[place].as_ref().ok()).collect();
        let listings: Vec<&Listing> = found.iter().map(|found| &found.listing).collect();
        let photos: Vec<_> = places.iter().map(|&place| std::mem::take(&mut batch.photos[place])).collect();
        let matched = matcher.answer(&listings, &photos, &decode)?;
        for ((&place, found), mut answer) in places.iter().zip(found).zip(matched) {
            let least = found.wishes.min_confidence.unwrap_or(options.min_confidence);
            if least > 0.0 {
                answer.withhold_below(least);
            }
            answer.notes.extend(found.notes.iter().cloned());
            answer.notes.extend(note_joined(&found.listing.labels));
            answers[place] = Some(answer);
        }
    }
    Ok(answers.into_iter().flatten().collect())
}

/// Photos decoded not long ago, by their files' content.
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

/// Reads and decodes the photos of all entries in one parallel loop, since listings differ in size.
fn decode<M: MatchListings>(
    matcher: &M,
    entries: &[Entry],
    recent: &Recent<M::Photo>,
    limits: &DecodeLimits,
) -> Vec<Vec<Result<M::Photo, Problem>>> {
    let usable = entries.iter().filter_map(|entry| entry.as_ref().ok());
    let flat: Vec<_> = usable.flat_map(|found| found.photos.iter().zip(&found.listing.images)).collect();
    let mut decoded = flat
        .into_par_iter()
        .map(|(photo, image)| {
            let photo = photo.as_ref().map_err(Clone::clone)?;
            let bytes = photo.read(&image.file, limits)?;
            let prepare = || matcher.prepare(&bytes, limits);
            recent.get_or_prepare(&bytes, prepare).map_err(|error| (&error.at(&photo.path(&image.file))).into())
        })
        .collect::<Vec<_>>()
        .into_iter();
    let count = |entry: &Entry| entry.as_ref().map_or(0, |found| found.photos.len());
    entries.iter().map(|entry| decoded.by_ref().take(count(entry)).collect()).collect()
}
