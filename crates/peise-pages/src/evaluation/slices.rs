//! How well listings of one kind are answered.

use maud::{Markup, html};
use peise_eval::{Slice, Slices};

use crate::fragment::bar;
use crate::words::Words;

/// One table for each grouping.
pub(super) fn slices(found: &Slices, words: &Words) -> Markup {
    let own = &words.evaluation;
    let tables = [
        (own.by_labels, &found.by_labels),
        (own.by_images, &found.by_images),
        (own.by_distance, &found.by_distance),
        (own.by_hue, &found.by_hue),
        (own.by_parts, &found.by_parts),
        (own.by_writing, &found.by_writing),
    ];
    html! {
        section.panel {
            h2 { (own.slices) }
            div.tables {
                // A single slice is the whole.
                @for (name, slices) in tables.into_iter().filter(|(_, slices)| slices.len() > 1) {
                    (table(name, slices, words))
                }
            }
        }
    }
}

fn table(name: &str, slices: &[Slice], words: &Words) -> Markup {
    html! {
        table {
            caption { (name) }
            thead {
                tr {
                    td {}
                    th scope="col" { (words.listings) }
                    th scope="col" { "Acc" }
                    th scope="col" { "EM" }
                }
            }
            tbody {
                @for slice in slices {
                    tr {
                        th scope="row" { ((words.evaluation.slice)(slice.size)) }
                        td { (slice.listings) }
                        @for share in [slice.acc, slice.em] { td { (bar(share)) (format_args!("{share:.3}")) } }
                    }
                }
            }
        }
    }
}
