//! An evaluation as a table for people.

use std::collections::BTreeMap;
use std::fmt;

use crate::bootstrap::Estimate;
use crate::comparison::Comparison;
use crate::confusion::NONE;
use crate::evaluation::Evaluation;
use crate::probability::{Calibration, Coverage, ProbabilityReport};
use crate::slices::{Slice, Slices};

/// Findings shown of each kind; all are in the JSON.
const EXAMPLES: usize = 3;

impl fmt::Display for Evaluation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "listings {:>8}   photos {:>8}   without answer {}",
            self.listings, self.images, self.unanswered
        )?;
        if self.shows_none > 0 {
            writeln!(out, "{} of these photos show no option", self.shows_none)?;
        }
        if self.left_out > 0 {
            writeln!(out, "{} photos left out: the truth does not say what they show", self.left_out)?;
        }
        estimate(out, "Acc", self.acc)?;
        estimate(out, "EM", self.em)?;
        let (resamples, seed) = (self.resamples, self.seed);
        writeln!(out, "(95 % intervals: bootstrap over listings, {resamples} resamples, seed {seed})")?;
        if let Some(report) = &self.probabilities {
            unattended(out, report)?;
        }
        if let Some(comparison) = &self.comparison {
            difference(out, comparison)?;
        }
        let Slices { by_labels, by_images, by_distance, by_hue, by_parts, by_writing } = &self.slices;
        slices(out, "labels", by_labels)?;
        slices(out, "photos", by_images)?;
        slices(out, "least difference of two colours (CIEDE2000)", by_distance)?;
        slices(out, "colours named", by_hue)?;
        slices(out, "colours of a label", by_parts)?;
        slices(out, "how labels are written", by_writing)?;
        if let Some(report) = &self.probabilities {
            probabilities(out, report)?;
        }
        self.confused(out)?;
        self.findings(out)
    }
}

impl Evaluation {
    fn confused(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.confusion.pairs.is_empty() {
            writeln!(out, "\nmost often confused: photos, truth, answer")?;
        }
        for (truth, answer, count) in &self.confusion.pairs {
            writeln!(out, "{count:>6} {truth}, {answer}")?;
        }
        Ok(())
    }

    fn findings(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kinds: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for finding in &self.findings {
            kinds.entry(finding.kind()).or_default().push(finding);
        }
        for (kind, found) in kinds {
            writeln!(out, "\n{} {kind}", found.len())?;
            for finding in found.iter().take(EXAMPLES) {
                writeln!(out, "  {finding}")?;
            }
            if found.len() > EXAMPLES {
                writeln!(out, "  ...")?;
            }
        }
        Ok(())
    }
}

fn estimate(out: &mut fmt::Formatter<'_>, name: &str, Estimate { value, low, high }: Estimate) -> fmt::Result {
    writeln!(out, "{name:<8} {value:>8.4}   [{low:.4}, {high:.4}]")
}

/// How much of a catalogue needs no human, at each precision.
fn unattended(out: &mut fmt::Formatter<'_>, report: &ProbabilityReport) -> fmt::Result {
    for (of, found) in [("listings", &report.listing_coverage), ("photos", &report.image_coverage)] {
        for Coverage { precision, coverage, threshold } in found {
            write!(out, "at {:.0} % right, {:.1} % of the {of} need no human", 100.0 * precision, 100.0 * coverage)?;
            match threshold {
                // As the predictions have it, so that it can be given back as it stands.
                Some(threshold) => writeln!(out, " (probability from {} up)", *threshold as f32)?,
                None => writeln!(out)?,
            }
        }
    }
    Ok(())
}

fn difference(out: &mut fmt::Formatter<'_>, comparison: &Comparison) -> fmt::Result {
    writeln!(out, "\ndifference to the other predictions")?;
    for (name, Estimate { value, low, high }) in [("Acc", comparison.acc), ("EM", comparison.em)] {
        writeln!(out, "{name:<8} {value:>+8.4}   [{low:+.4}, {high:+.4}]")?;
    }
    let Comparison { only_first, only_second, .. } = comparison;
    writeln!(
        out,
        "listings right only here {only_first}, only there {only_second} (McNemar p {})",
        comparison.significance()
    )
}

fn slices(out: &mut fmt::Formatter<'_>, name: &str, slices: &[Slice]) -> fmt::Result {
    // A single slice is the whole.
    if slices.len() < 2 {
        return Ok(());
    }
    writeln!(out, "\n{name}\n{:<10} {:>8} {:>8} {:>8} {:>8}", "", "listings", "counted", "Acc", "EM")?;
    for Slice { size, listings, images, acc, em } in slices {
        writeln!(out, "{size:<10} {listings:>8} {images:>8} {acc:>8.4} {em:>8.4}")?;
    }
    Ok(())
}

fn probabilities(out: &mut fmt::Formatter<'_>, report: &ProbabilityReport) -> fmt::Result {
    writeln!(out)?;
    for (name, value) in [("NLL", report.nll), ("Brier", report.brier)] {
        if let Some(value) = value {
            writeln!(out, "{name:<8} {value:>8.4}")?;
        }
    }
    writeln!(
        out,
        "\n{:<8} {:>8} {:>10} {:>8} {:>8} {:>17} {:>8}",
        "per", "counted", "confidence", "right", "ECE", "if perfect, to", "AURC"
    )?;
    for (name, found) in [("photo", &report.images), ("listing", &report.listings)] {
        if let Some(Calibration { count, confidence, frequency, ece, ece_if_perfect, aurc, .. }) = found {
            let Estimate { value, high, .. } = ece_if_perfect;
            writeln!(
                out,
                "{name:<8} {count:>8} {confidence:>10.4} {frequency:>8.4} {ece:>8.4} {value:>8.4}, {high:.4} {aurc:>8.4}"
            )?;
        }
    }
    writeln!(out, "\n{:<8} {:>9} {:>10} {:>10}", "per", "precision", "coverage", "threshold")?;
    for (name, found) in [("photo", &report.image_coverage), ("listing", &report.listing_coverage)] {
        for Coverage { precision, coverage, threshold } in found {
            let threshold = threshold.map_or("none".to_owned(), |threshold| (threshold as f32).to_string());
            writeln!(out, "{name:<8} {precision:>9.2} {coverage:>10.4} {threshold:>10}")?;
        }
    }
    writeln!(out, "(thresholds are chosen on this same file: the best case)")?;
    if !report.worst.is_empty() {
        writeln!(out, "\nmost confident mistakes: probability, listing, photo, guess, truth")?;
    }
    for mistake in &report.worst {
        let label = |label: &Option<String>| label.as_ref().map_or(NONE.to_owned(), |label| format!("{label:?}"));
        let (id, file, guess, truth) = (&mistake.id, &mistake.file, label(&mistake.guess), label(&mistake.truth));
        writeln!(out, "  {:.4} {id:?} {file:?} {guess} {truth}", mistake.probability)?;
    }
    Ok(())
}
