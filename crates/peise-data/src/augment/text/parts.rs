//! The parts of a label, such as 白色上衣 and 黑裤 of 白色上衣+黑裤, and what lies around them.

use peise::colour;

/// What parts are joined by, as sellers write it.
pub(super) const JOINERS: &[&str] = &["+", "/", "、", "-", " "];

/// A label cut at one kind of mark, outside brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts<'label> {
    /// What stays in front: an article number up to its `#`, a note in brackets.
    head: &'label str,
    /// The parts, from left to right; one where the label has no marks.
    pub(super) texts: Vec<&'label str>,
    /// What stood between them, one less than parts.
    between: Vec<&'label str>,
    /// What stays behind: a note in brackets.
    tail: &'label str,
}

impl<'label> Parts<'label> {
    /// Cuts at the first kind of mark in [`JOINERS`] that the label holds outside brackets.
    pub(super) fn of(label: &'label str) -> Self {
        let whole = Self { head: "", texts: vec![label], between: vec![], tail: "" };
        let (head, rest) = split_head(label);
        let (body, tail) = split_tail(rest);
        let cut = |(head, body, tail): (&'label str, &'label str, &'label str)| {
            JOINERS.iter().find_map(|joiner| {
                let (texts, between) = split(body, joiner)?;
                Some(Self { head, texts, between, tail })
            })
        };
        // Brackets of one part among others that have their own belong to that part.
        let own = |parts: &Self| parts.texts.iter().any(|text| text.contains(is_bracket));
        match cut((head, body, tail)) {
            Some(parts) if !own(&parts) => parts,
            Some(_) => cut(("", label, "")).unwrap_or(whole),
            None => whole,
        }
    }

    /// The parts in an order that does not depend on how they are written down.
    pub(super) fn sorted(&self) -> Vec<&'label str> {
        let mut texts = self.texts.clone();
        texts.sort_unstable();
        texts
    }

    /// Writes the label with its parts in this order, marks left in place.
    pub(super) fn in_order(&self, order: &[usize]) -> String {
        self.written(order.iter().map(|&place| self.texts[place]), |place| self.between[place])
    }

    /// Writes the label with this mark between its parts.
    pub(super) fn joined_by(&self, joiner: &str) -> String {
        self.written(self.texts.iter().copied(), |_| joiner)
    }

    fn written<'mark>(&self, texts: impl Iterator<Item = &'label str>, mark: impl Fn(usize) -> &'mark str) -> String {
        let mut label = self.head.to_owned();
        for (place, text) in texts.enumerate() {
            if place > 0 {
                label.push_str(mark(place - 1));
            }
            label.push_str(text);
        }
        label + self.tail
    }
}

pub(super) fn is_bracket(character: char) -> bool {
    opens(character) || closes(character)
}

fn opens(character: char) -> bool {
    matches!(character, '(' | '[' | '{' | '（' | '【' | '［' | '「' | '《' | '〔')
}

fn closes(character: char) -> bool {
    matches!(character, ')' | ']' | '}' | '）' | '】' | '］' | '」' | '》' | '〕')
}

/// An article number up to its last `#`, or a note in brackets, at the start.
fn split_head(label: &str) -> (&str, &str) {
    let number = label.rfind('#').filter(|&end| label[..end].chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    let note = || label.starts_with(opens).then(|| label.find(closes)).flatten();
    let end = number.or_else(note).and_then(|end| Some(end + label[end..].chars().next()?.len_utf8()));
    label.split_at(end.unwrap_or(0))
}

/// A note in brackets at the end.
fn split_tail(label: &str) -> (&str, &str) {
    let start = if label.ends_with(closes) { label.rfind(opens) } else { None };
    label.split_at(start.unwrap_or(label.len()))
}

/// Parts and what stands between them; `None` where the mark does not separate parts.
fn split<'label>(body: &'label str, joiner: &str) -> Option<(Vec<&'label str>, Vec<&'label str>)> {
    let mut depth = 0usize;
    let (mut texts, mut between) = (vec![], vec![]);
    let mut start = 0;
    for (at, character) in body.char_indices() {
        if opens(character) {
            depth += 1;
        } else if closes(character) {
            depth = depth.checked_sub(1)?;
        } else if depth == 0 && at >= start && body[at..].starts_with(joiner) {
            let (before, after) = (&body[start..at], &body[at + joiner.len()..]);
            let (left, right) = (before.trim_end(), after.trim_start());
            texts.push(left);
            let end = body.len() - right.len();
            between.push(&body[start + left.len()..end]);
            start = end;
        }
    }
    texts.push(&body[start..]);
    let sound = depth == 0 && texts.len() > 1 && texts.iter().all(|text| !text.is_empty());
    (sound && texts.windows(2).all(|pair| separates(joiner, pair[0], pair[1]))).then_some((texts, between))
}

/// Whether this mark, between these two, separates parts rather than the pieces of a word, a number or a size.
fn separates(joiner: &str, left: &str, right: &str) -> bool {
    let ends = (left.chars().next_back(), right.chars().next());
    let both = |test: fn(char) -> bool| matches!(ends, (Some(a), Some(b)) if test(a) && test(b));
    match joiner {
        // An adjective and its noun are separated by a space too, so each part must name a colour; English never.
        " " => {
            let colour = |text: &str| !text.is_ascii() && !colour::mentions(text).is_empty();
            colour(left) && colour(right)
        }
        "-" => !both(|c| c.is_ascii_alphanumeric()),
        "/" => !both(|c| c.is_ascii_digit()),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_cut_where_parts_meet() {
        for (label, head, texts, tail) in [
            ("白色上衣+黑裤", "", &["白色上衣", "黑裤"][..], ""),
            ("白上衣 + 黑裤", "", &["白上衣", "黑裤"], ""),
            ("213#白/黑/红", "213#", &["白", "黑", "红"], ""),
            ("(现货)白、黑", "(现货)", &["白", "黑"], ""),
            ("白+黑(现货)", "", &["白", "黑"], "(现货)"),
            ("白(上衣)+黑(裤子)", "", &["白(上衣)", "黑(裤子)"], ""),
            ("黑色(上衣+裤子)", "", &["黑色(上衣+裤子)"], ""),
            ("白上衣 黑裤", "", &["白上衣", "黑裤"], ""),
            ("加绒 黑色", "", &["加绒 黑色"], ""),
            ("light blue", "", &["light blue"], ""),
            ("black/white", "", &["black", "white"], ""),
            ("t-shirt", "", &["t-shirt"], ""),
            ("连衣裙-黑", "", &["连衣裙", "黑"], ""),
            ("黑80/90", "", &["黑80/90"], ""),
            ("白色 上衣+黑色 裤子", "", &["白色 上衣", "黑色 裤子"], ""),
            ("+黑", "", &["+黑"], ""),
            ("黑)+(白", "", &["黑)+(白"], ""),
            ("", "", &[""], ""),
        ] {
            let parts = Parts::of(label);
            assert_eq!((parts.head, &parts.texts[..], parts.tail), (head, texts, tail), "{label}");
            assert_eq!(parts.in_order(&(0..texts.len()).collect::<Vec<_>>()), label);
        }
    }
}
