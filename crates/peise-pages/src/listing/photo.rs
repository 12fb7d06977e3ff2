//! One photo on the page, with what was decided for it.

use maud::{Markup, Render, html};
use peise::{Answer, ImageAnswer, Verdict};

use super::model::{ReportListing, ReportOptions, ReportPhoto, Truth};
use crate::escape::{Foreign, Jpeg};
use crate::fragment::bar;
use crate::number::percent;
use crate::words::Words;

/// A photo with what was decided for it.
pub(super) struct PhotoView<'a> {
    answer: &'a Answer,
    image: &'a ImageAnswer,
    photo: &'a ReportPhoto,
    pub verdict: Verdict<'a>,
    pub unsure: bool,
    /// It was answered, and not with the truth.
    pub wrong: bool,
}

impl<'a> PhotoView<'a> {
    /// The photo at a place of the listing.
    pub fn new(listing: &'a ReportListing<'_>, place: usize, options: &ReportOptions) -> Self {
        let ReportListing { answer, photos } = listing;
        let (image, photo, verdict) = (&answer.images[place], &photos[place], answer.verdict(place));
        let answered = matches!(verdict, Verdict::Matched(_) | Verdict::NoLabel);
        Self {
            answer,
            image,
            photo,
            verdict,
            unsure: image.probability.is_some_and(|probability| options.is_unsure(probability)),
            wrong: answered && photo.truth.as_ref().is_some_and(|truth| !truth.is(verdict)),
        }
    }

    /// Probability of the guess.
    pub fn probability(&self) -> f32 {
        self.image.probability.unwrap_or(f32::NAN)
    }

    /// Index of the label that was answered.
    pub fn label(&self) -> Option<usize> {
        self.image.index.filter(|_| matches!(self.verdict, Verdict::Matched(_)))
    }

    /// What else the photo may show, and how probable that is; `None` as the label is "no option".
    fn alternative(&self) -> Option<(Option<&'a str>, f32)> {
        let (answer, image) = (self.answer, self.image);
        let label = image.runner_up.and_then(|label| Some((answer.labels.get(label)?, image.marginals.get(label)?)));
        let label = label.map(|(label, &probability)| (Some(label.as_str()), probability));
        let none = (image.index.is_some() && image.none > label.map_or(0.0, |(_, probability)| probability))
            .then_some((None, image.none));
        none.or(label)
    }

    /// The figure.
    pub fn figure(&self, words: &Words) -> Markup {
        let own = &words.listing;
        let withheld = match self.verdict {
            Verdict::Withheld(label) => self.answer.labels.get(label),
            _ => None,
        };
        let told = match self.verdict {
            Verdict::Matched(label) => Foreign(label).text().to_owned(),
            Verdict::NoLabel => words.no_label.to_owned(),
            Verdict::Withheld(_) => own.withheld.to_owned(),
            Verdict::Unreadable(_) | Verdict::Undecided => own.unmatched.to_owned(),
        };
        let marked = self.unsure || withheld.is_some();
        html! {
            figure.photo.unsure[marked].wrong[self.wrong] {
                (picture(&self.image.file, self.photo, &told, words))
                figcaption {
                    @if let Some(probability) = self.image.probability {
                        span.sure title=(format_args!("{probability:.4}")) {
                            (bar(f64::from(probability))) b { (percent(probability)) }
                        }
                    }
                    @if let Some(label) = withheld { span.second { (own.guess) " " (Foreign(label)) } }
                    @if let (true, Some((label, probability))) = (marked, self.alternative()) {
                        span.second { (own.runner_up) " " (or_none(label, words)) " " (percent(probability)) }
                    }
                    @if let (true, Some(truth)) = (self.wrong || withheld.is_some(), &self.photo.truth) {
                        span.truth { (own.truth) " " (or_none(label_of(truth), words)) }
                    }
                    @if let Some(same) = self.image.same_as.and_then(|place| self.answer.images.get(place)) {
                        span.same { (own.same_as) " " (file_name(&same.file)) }
                    }
                    (file_name(&self.image.file))
                }
            }
        }
    }
}

fn label_of(truth: &Truth) -> Option<&str> {
    match truth {
        Truth::Label(label) => Some(label),
        Truth::NoOption => None,
    }
}

fn or_none(label: Option<&str>, words: &Words) -> Markup {
    label.map_or_else(|| html! { (words.no_label) }, |label| Foreign(label).render())
}

/// The picture, or a placeholder of its size.
fn picture(file: &str, photo: &ReportPhoto, told: &str, words: &Words) -> Markup {
    html! {
        div.frame {
            @match &photo.thumbnail_jpeg {
                Some(jpeg) => img src=(Jpeg(jpeg)) alt={ (file) ": " (told) } loading="lazy";,
                None => span.missing { (words.listing.no_thumbnail) },
            }
        }
    }
}

fn file_name(file: &str) -> Markup {
    html! { span.file title=(file) { bdi { (file) } } }
}
