//! `peise synth`: drawn listings as a data set.

use crate::failure::{Failure, Outcome};
use crate::output;
use crate::progress;
use clap::{Args, ValueEnum};
use peise::atomic::write_atomically;
use peise::colour::lab_to_srgb;
use peise_data::split;
use peise_data::synth::{self, DrawnSplit, Layout, ListingTruth, OptionTruth, PhotoTruth, Preset, SynthSet};
use peise_pages::Language;
use peise_pages::gallery::{GalleryListing, GalleryOption, GalleryPhoto, render};
use std::path::PathBuf;

/// Draw listings as sellers make them, in the course format, with the truth beside them.
#[derive(Debug, Args)]
pub struct SynthArgs {
    /// Output folder; each call writes one split into it.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Listings to draw.
    #[arg(long, value_name = "N")]
    listings: usize,
    /// Seed. A listing depends only on preset, seed, settings and its index.
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
    /// Preset: everything, or train, which leaves out what the test presets (iid, unseen-...) hold out.
    #[arg(long, default_value = "everything", value_name = "NAME")]
    preset: Preset,
    /// Split to write; test has its labels in test_truth.json.
    #[arg(long, value_enum, default_value = "train")]
    split: Split,
    /// Index of the first listing, to draw a set in slices.
    #[arg(long, default_value_t = 0, value_name = "INDEX")]
    first: usize,
    /// Shorter side of the photos in pixels, 8 to 1000.
    #[arg(long, value_name = "PX")]
    size: Option<u32>,
    /// Change a value of the preset, such as overlay.any=0; docs/synthetic.md lists them.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Replace an existing split.
    #[arg(long)]
    replace: bool,
    /// Also write gallery.html with the first 40 listings.
    #[arg(long)]
    gallery: bool,
    /// Language of the gallery.
    #[arg(long, default_value = "en", value_name = "en|zh", requires = "gallery")]
    language: Language,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Split {
    Train,
    Validation,
    Test,
}

impl From<Split> for split::Split {
    fn from(split: Split) -> Self {
        match split {
            Split::Train => Self::Train,
            Split::Validation => Self::Validation,
            Split::Test => Self::Test,
        }
    }
}

/// Listings on a gallery page.
const SHOWN: usize = 40;

/// Runs the command.
pub fn run(args: &SynthArgs) -> Result<Outcome, Failure> {
    let mut settings = args.settings.clone();
    settings.extend(args.size.map(|size| format!("photo.size={size}")));
    let mut set = SynthSet::preset(args.preset, args.seed);
    set.config = set.config.with(&settings)?;
    let end = args.first.checked_add(args.listings).filter(|&end| end < 1 << 40).ok_or_else(|| {
        Failure::Usage(format!("--first {} and --listings {} reach beyond 2^40", args.first, args.listings))
    })?;
    let split = args.split.into();
    let bar = progress::bar(args.listings as u64, "drawing");
    let to = DrawnSplit { dir: &args.out, split, indices: args.first..end, replace: args.replace };
    synth::write(&set, &to, &|done| bar.set_position(done as u64))?;
    bar.finish_and_clear();
    let mut told = format!("{} listings in {}\n", args.listings, args.out.join(split.name()).display());
    if args.gallery {
        let shown = (args.first..end).take(SHOWN).map(|index| shown(&set.listing(index).truth, split));
        let shown: Vec<GalleryListing> = shown.collect();
        let page = args.out.join("gallery.html");
        let title = format!("Peise synth: {} {}", set.name, set.seed);
        let html = render(&title, &shown, args.language);
        write_atomically(&page, |file| file.write_all(html.as_bytes()))?;
        told.push_str(&format!("open {} in a browser\n", page.display()));
    }
    output::print(&told)?;
    Ok(Outcome::Done)
}

/// A drawn listing as the page shows it.
fn shown(truth: &ListingTruth, split: split::Split) -> GalleryListing {
    let parts: Vec<&str> = truth.parts.iter().map(|part| part.product.key()).collect();
    let option = |option: &OptionTruth| GalleryOption {
        label: option.label.clone(),
        colours: option.colours.iter().flatten().map(|&lab| lab_to_srgb(lab)).collect(),
    };
    let photo = |photo: &PhotoTruth| GalleryPhoto {
        source: format!("{}/{}/{}", split.name(), truth.id, photo.file),
        option: truth.options.iter().position(|option| Some(&option.label) == photo.label.as_ref()),
        remark: match photo.drawn.layout {
            Layout::Full => String::new(),
            layout => format!(" · {layout:?}"),
        },
    };
    GalleryListing {
        heading: format!("{} · {}", truth.id, parts.join(" + ")),
        nearest: truth.smallest_difference,
        options: truth.options.iter().map(option).collect(),
        photos: truth.photos.iter().map(photo).collect(),
    }
}
