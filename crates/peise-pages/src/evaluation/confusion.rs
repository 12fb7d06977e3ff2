//! Which colours are taken for which.

use maud::{Markup, html};
use peise_eval::Confusion;
use peise_eval::confusion::OTHER;

use crate::words::Words;

/// A table of photos: rows are the truth, columns the answer.
pub(super) fn confusion(Confusion { colours, counts, .. }: &Confusion, words: &Words) -> Markup {
    let own = &words.evaluation;
    html! {
        section.panel {
            h2 { (own.confusion) " " small { (own.confusion_note) } }
            div.box tabindex="0" role="group" aria-label=(own.confusion) {
                table.matrix {
                    thead {
                        tr {
                            td {}
                            @for colour in colours { th scope="col" { ((own.colour)(colour)) } }
                        }
                    }
                    tbody {
                        @for (row, (colour, counts)) in colours.iter().zip(counts).enumerate() {
                            tr {
                                th scope="row" { ((own.colour)(colour)) }
                                @for (column, &count) in counts.iter().enumerate() {
                                    (cell(count, counts, match row == column {
                                        // Of colours without a name, the diagonal says nothing.
                                        true if colour == OTHER => Shade::Unknown,
                                        true => Shade::Right,
                                        false => Shade::Wrong,
                                    }))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What the photos of a cell are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shade {
    Right,
    Wrong,
    Unknown,
}

fn cell(count: usize, row: &[usize], shade: Shade) -> Markup {
    if count == 0 {
        return html! { td.zero { "·" } };
    }
    let share = 100.0 * count as f64 / row.iter().sum::<usize>().max(1) as f64;
    let colour = match shade {
        Shade::Right => "--accent",
        Shade::Wrong => "--wrong",
        Shade::Unknown => "--track",
    };
    // Half the colour at most: the number stays legible on it.
    let style = format!("background:color-mix(in srgb, var({colour}) {:.0}%, transparent)", share / 2.0);
    html! {
        td class=[(shade == Shade::Right).then_some("right")] style=(style) title=(format_args!("{share:.1} %")) { (count) }
    }
}
