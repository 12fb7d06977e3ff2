//! An evaluation as a self-contained HTML page.
//!
//! One file without scripts or requests; a content security policy forbids them. Labels, ids and file names are hostile
//! input and reach the page through `Text` only.

mod charts;
mod words;

use crate::{Base64, Language, POLICY, Text};
use charts::Chart;
use peise_eval::confusion::OTHER;
use peise_eval::{
    Calibration, Comparison, Confusion, Coverage, Estimate, Evaluation, Mistake, ProbabilityReport, Slice,
};
use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};
use words::{Words, words};

const CSS: &str = include_str!("evaluation/page.css");

/// The page; [`Display`] writes it, complete from `<!doctype html>` to `</html>`.
pub struct Page<'a> {
    /// What was evaluated.
    pub title: &'a str,
    /// What was found.
    pub evaluation: &'a Evaluation,
    /// Photos of [`ProbabilityReport::worst`] as JPEG, by listing and file; those that lack are left out.
    pub pictures: &'a HashMap<(String, String), Vec<u8>>,
    /// Language of the page's own words.
    pub language: Language,
}

impl Display for Page<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (words, evaluation, title) = (words(self.language), self.evaluation, Text(self.title));
        write!(
            out,
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
             content=\"{POLICY}\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta \
             name=\"generator\" content=\"peise {}\">\n<title>{title}</title>\n<style>\n{CSS}</style>\n</head>\n<body>\n\
             <h1>{title}</h1>\n",
            words.lang,
            env!("CARGO_PKG_VERSION"),
        )?;
        let report = evaluation.probabilities.as_ref();
        if let Some(report) = report {
            unattended(out, report, words)?;
        }
        tiles(out, evaluation, words)?;
        if let Some(comparison) = &evaluation.comparison {
            compared(out, comparison, words)?;
        }
        if let Some(report) = report {
            calibration(out, report, words)?;
        }
        slices(out, evaluation, words)?;
        confusion(out, &evaluation.confusion, words)?;
        if let Some(report) = report {
            self.mistakes(out, &report.worst, words)?;
        }
        if !evaluation.findings.is_empty() {
            writeln!(out, "<section><h2>{}</h2><ul>", words.findings)?;
            for finding in &evaluation.findings {
                writeln!(out, "<li>{}: {}</li>", finding.kind(), Text(&finding.to_string()))?;
            }
            writeln!(out, "</ul></section>")?;
        }
        writeln!(out, "</body>\n</html>")
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// The share at each precision, listings beside photos.
fn unattended(out: &mut Formatter<'_>, report: &ProbabilityReport, words: &Words) -> fmt::Result {
    for (listings, photos) in report.listing_coverage.iter().zip(&report.image_coverage).rev() {
        let Coverage { precision, coverage, .. } = *listings;
        // As the predictions have them, so that they can be given back as they stand.
        let thresholds =
            [listings, photos].map(|found| found.threshold.map_or("–".to_owned(), |p| (p as f32).to_string()));
        let text = words.unattended.replace("{right}", &format!("{:.0}", 100.0 * precision));
        let text = text.replace("{listings}", &percent(coverage)).replace("{photos}", &percent(photos.coverage));
        writeln!(out, "<p class=\"lead\">{text} <small>p ≥ {}; p ≥ {}</small></p>", thresholds[0], thresholds[1])?;
    }
    writeln!(out, "<p class=\"soft\">{}</p>", words.on_this_file)
}

fn tile(out: &mut Formatter<'_>, name: &str, value: impl Display) -> fmt::Result {
    writeln!(out, "<div class=\"tile\"><dt>{name}</dt><dd>{value}</dd></div>")
}

fn interval(Estimate { value, low, high }: Estimate) -> String {
    format!("{value:.4}<small>{low:.4} – {high:.4}</small>")
}

fn tiles(out: &mut Formatter<'_>, evaluation: &Evaluation, words: &Words) -> fmt::Result {
    writeln!(out, "<dl class=\"tiles\">")?;
    tile(out, words.acc, interval(evaluation.acc))?;
    tile(out, words.em, interval(evaluation.em))?;
    if let Some(report) = &evaluation.probabilities {
        for (name, found) in [(words.ece_photo, &report.images), (words.ece_listing, &report.listings)] {
            if let Some(found) = found {
                let perfect = format!("{:.4}, {:.4}", found.ece_if_perfect.value, found.ece_if_perfect.high);
                let perfect = words.if_perfect.replace("{}", &perfect);
                tile(
                    out,
                    name,
                    format!("{:.4}<small>{perfect}</small><small>AURC {:.4}</small>", found.ece, found.aurc),
                )?;
            }
        }
        if let (Some(nll), Some(brier)) = (report.nll, report.brier) {
            tile(out, "NLL", format!("{nll:.4}<small>Brier {brier:.4}</small>"))?;
        }
    }
    tile(out, words.listings, evaluation.listings)?;
    let unanswered = match evaluation.unanswered {
        0 => String::new(),
        count => format!("<small>{}: {count}</small>", words.unanswered),
    };
    tile(out, words.photos, format!("{}{unanswered}", evaluation.images))?;
    writeln!(out, "</dl>")
}

fn compared(out: &mut Formatter<'_>, comparison: &Comparison, words: &Words) -> fmt::Result {
    writeln!(out, "<section><h2>{}</h2><table><tbody>", words.comparison)?;
    for (name, Estimate { value, low, high }) in [(words.acc, comparison.acc), (words.em, comparison.em)] {
        let difference = words.difference;
        writeln!(
            out,
            "<tr><td>{name} <small>{difference}</small></td><td>{value:+.4}</td><td>{low:+.4} – {high:+.4}</td></tr>"
        )?;
    }
    let Comparison { only_first, only_second, .. } = comparison;
    writeln!(
        out,
        "<tr><td>{}</td><td>{only_first}</td><td></td></tr><tr><td>{}</td><td>{only_second}</td><td>McNemar p {}</td></tr></tbody></table></section>",
        words.only_these,
        words.only_others,
        Text(&comparison.significance())
    )
}

fn calibration(out: &mut Formatter<'_>, report: &ProbabilityReport, words: &Words) -> fmt::Result {
    let both: Vec<(&str, &Calibration)> = [(words.per_photo, &report.images), (words.per_listing, &report.listings)]
        .into_iter()
        .filter_map(|(name, found)| Some((name, found.as_ref()?)))
        .collect();
    if both.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section><h2>{}</h2><div class=\"charts\">", words.calibration)?;
    for (name, found) in &both {
        let chart = Chart { low: 0.0, across: words.confidence };
        chart.reliability(out, &format!("{}, {name}", words.reliability), &found.bins, words)?;
    }
    let least = both.iter().flat_map(|(_, found)| &found.curve).map(|point| point.frequency).fold(1.0, f64::min);
    let chart = Chart { low: (least * 10.0).floor().min(9.0) / 10.0, across: words.answered };
    let names: Vec<String> = both.iter().zip(["—", "- -"]).map(|((name, _), line)| format!("{line} {name}")).collect();
    chart.open(out, &format!("{} ({})", words.coverage, names.join(", ")))?;
    for ((_, found), class) in both.iter().zip(["one", "two"]) {
        let all = found.count.max(1) as f64;
        chart.line(out, class, found.curve.iter().map(|point| (point.count as f64 / all, point.frequency)))?;
    }
    chart.close(out)?;
    writeln!(out, "</div></section>")
}

fn slices(out: &mut Formatter<'_>, evaluation: &Evaluation, words: &Words) -> fmt::Result {
    let found = &evaluation.slices;
    writeln!(out, "<section><h2>{}</h2><div class=\"tables\">", words.slices)?;
    for (name, slices) in [
        (words.by_labels, &found.by_labels),
        (words.by_images, &found.by_images),
        (words.by_distance, &found.by_distance),
        (words.by_hue, &found.by_hue),
        (words.by_parts, &found.by_parts),
        (words.by_writing, &found.by_writing),
    ] {
        // A single slice is the whole.
        if slices.len() < 2 {
            continue;
        }
        writeln!(
            out,
            "<table><caption>{name}</caption><thead><tr><th></th><th>{}</th><th>Acc</th><th>EM</th></tr></thead><tbody>",
            words.listings
        )?;
        for Slice { size, listings, acc, em, .. } in slices {
            let bar = |share: &f64| format!("<span class=\"bar\"><i style=\"width:{:.1}%\"></i></span>", 100.0 * share);
            writeln!(
                out,
                "<tr><td>{}</td><td>{listings}</td><td>{}{acc:.3}</td><td>{}{em:.3}</td></tr>",
                Text((words.kind)(size)),
                bar(acc),
                bar(em)
            )?;
        }
        writeln!(out, "</tbody></table>")?;
    }
    writeln!(out, "</div></section>")
}

fn confusion(out: &mut Formatter<'_>, confusion: &Confusion, words: &Words) -> fmt::Result {
    let Confusion { colours, counts, .. } = confusion;
    write!(
        out,
        "<section><h2>{} <small>{}</small></h2><table class=\"matrix\"><thead><tr><th></th>",
        words.confusion, words.confusion_note
    )?;
    for colour in colours {
        write!(out, "<th>{}</th>", Text(&(words.colour)(colour)))?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for (row, (colour, counts)) in colours.iter().zip(counts).enumerate() {
        let all = counts.iter().sum::<usize>().max(1) as f64;
        write!(out, "<tr><th>{}</th>", Text(&(words.colour)(colour)))?;
        for (column, &count) in counts.iter().enumerate() {
            let share = 100.0 * count as f64 / all;
            let (class, shade) = match row == column {
                // Of colours without a name, the diagonal says nothing.
                true if colour == OTHER => ("", "--track"),
                true => ("right", "--one"),
                false => ("", "--wrong"),
            };
            // Half the colour at most: the number stays legible on it.
            let strength = share / 2.0;
            match count {
                0 => write!(out, "<td class=\"zero\">·</td>")?,
                _ => write!(
                    out,
                    "<td class=\"{class}\" style=\"background:color-mix(in srgb, var({shade}) {strength:.0}%, transparent)\" \
                     title=\"{share:.1} %\">{count}</td>"
                )?,
            }
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></section>")
}

impl Page<'_> {
    fn mistakes(&self, out: &mut Formatter<'_>, worst: &[Mistake], words: &Words) -> fmt::Result {
        writeln!(out, "<section><h2>{}</h2>", words.mistakes)?;
        if worst.is_empty() {
            writeln!(out, "<p>{}</p>", words.no_mistake)?;
        }
        writeln!(out, "<div class=\"photos\">")?;
        for Mistake { id, file, truth, guess, probability } in worst {
            write!(out, "<figure>")?;
            match self.pictures.get(&(id.clone(), file.clone())) {
                Some(jpeg) => write!(out, "<img alt=\"\" src=\"data:image/jpeg;base64,{}\">", Base64(jpeg))?,
                None => write!(out, "<div class=\"none\"></div>")?,
            }
            writeln!(
                out,
                "<p class=\"guess\">{} <b>{}</b> {:.1} %</p><p>{} <b>{}</b></p><p class=\"soft\">{} / {}</p></figure>",
                words.guess,
                Text(guess.as_deref().unwrap_or(words.no_label)),
                100.0 * probability,
                words.truth,
                Text(truth),
                Text(id),
                Text(file)
            )?;
        }
        writeln!(out, "</div></section>")
    }
}
