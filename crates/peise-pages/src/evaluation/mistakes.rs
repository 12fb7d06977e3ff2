//! The most certain mistakes, with their photos.

use std::collections::HashMap;

use maud::{Markup, html};
use peise_eval::Mistake;

use crate::escape::{Foreign, Jpeg};
use crate::number::one_decimal;
use crate::words::Words;

/// One figure for each mistake.
pub(super) fn mistakes(worst: &[Mistake], pictures: &HashMap<(String, String), Vec<u8>>, words: &Words) -> Markup {
    let own = &words.evaluation;
    html! {
        section.panel {
            h2 { (own.mistakes) }
            @if worst.is_empty() { p { (own.no_mistake) } }
            div.photos {
                @for mistake in worst {
                    @let Mistake { id, file, truth, guess, probability } = mistake;
                    figure {
                        @if let Some(jpeg) = pictures.get(&(id.clone(), file.clone())) {
                            img alt=(file) src=(Jpeg(jpeg)) loading="lazy";
                        } @else {
                            div.none {}
                        }
                        figcaption {
                            p.guess { (own.guess) " " b { (label(guess, words)) } " " (one_decimal(*probability)) " %" }
                            p { (own.truth) " " b { (label(truth, words)) } }
                            p.soft { bdi { (id) } " / " bdi { (file) } }
                        }
                    }
                }
            }
        }
    }
}

fn label(label: &Option<String>, words: &Words) -> Markup {
    match label {
        Some(label) => html! { (Foreign(label)) },
        None => html! { (words.no_label) },
    }
}
