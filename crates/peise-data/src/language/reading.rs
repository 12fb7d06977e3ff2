//! Where in a label the colour lies that a reader took from it.

use std::ops::Range;

use peise::colour;

/// Places of the reader's colour words in a normalised label, as ranges of characters, from left to right.
///
/// The reader joins several colours by `+`, drops words in between and may complete a word (格 to 格子); so each
/// piece is searched as a whole, then without 色 or 子, then character run by character run.
pub fn colour_spans(label: &[char], colour_words: &str) -> Vec<Range<usize>> {
    let mut taken = vec![false; label.len()];
    let mut cursor = 0;
    for segment in colour_words.split('+') {
        let segment: Vec<char> = segment.chars().collect();
        let shorter = segment.strip_suffix(&['色']).or(segment.strip_suffix(&['子'])).unwrap_or(&segment);
        let whole = [&segment[..], shorter].into_iter().filter(|piece| !piece.is_empty()).find_map(|piece| {
            let at = find(label, piece, cursor, &taken).or_else(|| find(label, piece, 0, &taken))?;
            Some(at..at + piece.len())
        });
        match whole {
            Some(span) => {
                cursor = span.end;
                taken[span].fill(true);
            }
            None => scatter(label, &segment, &mut taken),
        }
    }
    let spans = runs(&taken);
    spans.into_iter().map(|span| with_suffix(label, span)).collect()
}

/// Marks the longest runs of a segment that occur in the label; a lone last character that is no colour is a slip.
fn scatter(label: &[char], segment: &[char], taken: &mut [bool]) {
    let mut at = 0;
    let mut found_before = false;
    while at < segment.len() {
        let hit = (at + 1..=segment.len())
            .rev()
            .find_map(|end| find(label, &segment[at..end], 0, taken).map(|start| (start, end - at)));
        let Some((start, length)) = hit else {
            at += 1;
            continue;
        };
        let touches = start > 0 && taken[start - 1] || taken.get(start + length).is_some_and(|taken| *taken);
        let slip = length == 1 && found_before && !touches && colour::find(&segment[at].to_string()).is_none();
        if !slip {
            taken[start..start + length].fill(true);
            found_before = true;
        }
        at += length;
    }
}

fn find(label: &[char], piece: &[char], from: usize, taken: &[bool]) -> Option<usize> {
    (from..(label.len() + 1).saturating_sub(piece.len()))
        .find(|&at| label[at..].starts_with(piece) && !taken[at..at + piece.len()].contains(&true))
}

fn runs(taken: &[bool]) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for at in (0..taken.len()).filter(|&at| taken[at]) {
        match spans.last_mut() {
            Some(span) if span.end == at => span.end += 1,
            _ => spans.push(at..at + 1),
        }
    }
    spans
}

fn with_suffix(label: &[char], span: Range<usize>) -> Range<usize> {
    let closed = label[span.end - 1] != '色' && label.get(span.end) == Some(&'色');
    span.start..span.end + usize::from(closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_found_where_the_reader_saw_them() {
        for (label, words, expected) in [
            ("黑色上衣+白裤", "黑色+白", vec!["黑色", "白"]),
            ("白色(预售5天)", "白色天", vec!["白色"]),
            ("米白格", "米白格子", vec!["米白格"]),
            ("短袖_绿色连衣裙+配银色腰带", "绿色银色", vec!["绿色", "银色"]),
            ("红色t+红色裤", "红色+红色", vec!["红色", "红色"]),
            ("213#黑色", "黑", vec!["黑色"]),
            ("黑色", "", vec![]),
            ("", "黑色", vec![]),
        ] {
            let characters: Vec<char> = label.chars().collect();
            let found: Vec<String> =
                colour_spans(&characters, words).into_iter().map(|span| characters[span].iter().collect()).collect();
            assert_eq!(found, expected, "{label} {words}");
        }
    }
}
