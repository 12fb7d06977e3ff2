//! How often sellers do what; every rate is a field.

use serde::{Deserialize, Serialize};

/// Rates of the grammar, each in 0 to 1.
///
/// Defaults are counts in the learning half: 5,371 labels, of which 4,573 have one colour and no join ("single") and
/// 749 name several colours or parts ("several"). Rates are per listing where a seller would keep to one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GrammarConfig {
    /// Listings whose labels name no colour (图片色, 1号, A款). 7 of 5,371 labels (0.0013) have none; about
    /// twice as many here, a choice, so that a model meets it.
    pub colourless: f64,
    /// Labels of one part that are a mere colour. 1,338 of 4,573 single; more where the other rates are too low for it.
    pub bare: f64,
    /// Labels with an article number in front. 858 of 4,573 single.
    pub number_front: f64,
    /// Labels with an article number behind. 330 of 4,573 single.
    pub number_back: f64,
    /// Of numbered listings, those with another number for each label; the rest share one. 12 of 27 listings of the
    /// learning half with numbers in all labels.
    pub number_each: f64,
    /// Labels with words in front. 443 of 4,573 single.
    pub words_front: f64,
    /// Labels of one part that name the garment behind the colour. 843 of 4,573 single: 1,369 have words there, less those
    /// of `talk_back`.
    pub noun: f64,
    /// Garments with a word of their style (长袖衬衫). 149 of 713 single that end with a garment.
    pub style: f64,
    /// Labels with words behind that are no garment (现货, 加绒款). In 526 of 4,573 single no word behind stands beside
    /// several parts in a tenth of its labels.
    pub talk_back: f64,
    /// Labels with a note in brackets. 742 of 4,573 single.
    pub note: f64,
    /// Notes that hold an article number alone. 57 of 742 single with a note.
    pub note_number: f64,
    /// Of listings with a note, front words or numbers, those in which only some labels have them. 5 of 65 listings of
    /// the learning half.
    pub some_labels_only: f64,
    /// Brackets of which one is missing. 17 of 742 single with brackets.
    pub bracket_broken: f64,
    /// Listings of one part that put the colour in brackets (连衣裙【黑色】, 【黑色】). 42 of 4,573 single.
    pub colour_in_brackets: f64,
    /// Labels of several parts that are joined by `+`; others by 配 and the like, or by nothing. 593 of 749 several.
    pub joined_by_plus: f64,
    /// Labels of several parts in which the main part has no garment word. 83 of 749 several.
    pub main_unnamed: f64,
    /// Labels of several parts in which the last part has no garment word. 132 of 749 several.
    pub last_unnamed: f64,
    /// Labels of several parts with a note. 56 of 749 several.
    pub several_note: f64,
    /// Labels of several parts with an article number. 36 of 749 several.
    pub several_number: f64,
    /// Listings of several parts that name the colour of the main part only. 147 of 749 several.
    pub main_colour_only: f64,
    /// Listings of several parts that leave out the parts that all options share. No count tells, since what is left
    /// out is not seen; 6 of 23 listings name a part that all share.
    pub distinguishing_only: f64,
    /// Listings that write synonyms of a colour as often as counts say; others keep to its plainest word. A choice: the
    /// counts are within the synonyms.
    pub synonyms: f64,
    /// Listings that write the Latin letters of phrases in upper case (T恤, V领). Of 741 labels with letters 697 have upper
    /// case, 59 lower.
    pub upper_case: f64,
    /// Listings in English alone. 1 of 4,573 single.
    pub english: f64,
    /// Listings in Chinese with English beside it. 13 of 4,573 single.
    pub mixed: f64,
    /// Listings in traditional characters. 2 of 4,573 single.
    pub traditional: f64,
    /// Listings with slips of spelling. An unclosed bracket alone is in 17, a stray space in 2 of 4,573 single; with
    /// doubled 色, wrong characters and marks at the end about one label in a hundred.
    pub sloppy: f64,
    /// Of the labels of a sloppy listing, those with a slip.
    pub slip: f64,
}

impl Default for GrammarConfig {
    fn default() -> Self {
        Self {
            colourless: 0.003,
            bare: 0.29,
            number_front: 0.19,
            number_back: 0.07,
            number_each: 0.44,
            words_front: 0.10,
            noun: 0.18,
            style: 0.21,
            talk_back: 0.115,
            note: 0.16,
            note_number: 0.077,
            some_labels_only: 0.08,
            bracket_broken: 0.023,
            colour_in_brackets: 0.009,
            joined_by_plus: 0.79,
            main_unnamed: 0.11,
            last_unnamed: 0.18,
            several_note: 0.075,
            several_number: 0.05,
            main_colour_only: 0.2,
            distinguishing_only: 0.1,
            synonyms: 0.9,
            upper_case: 0.93,
            english: 0.0005,
            mixed: 0.003,
            traditional: 0.0005,
            sloppy: 0.02,
            slip: 0.5,
        }
    }
}

/// A rate outside 0 to 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the rate `{name}` of the label grammar is {found}; give a number from 0 to 1")]
pub struct RateError {
    /// The field.
    pub name: String,
    /// The value found.
    pub found: f64,
}

impl GrammarConfig {
    /// Looks at every rate.
    ///
    /// # Errors
    /// [`RateError`] for the first rate outside 0 to 1.
    pub fn validate(&self) -> Result<(), RateError> {
        let fields = serde_json::to_value(self).unwrap_or_default();
        let rates = fields.as_object().into_iter().flatten();
        let wrong = |(name, value): (&String, &serde_json::Value)| {
            let found = value.as_f64().unwrap_or(f64::NAN);
            (!(0.0..=1.0).contains(&found)).then(|| RateError { name: name.clone(), found })
        };
        rates.into_iter().find_map(wrong).map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_and_checked() {
        let config: GrammarConfig = toml::from_str("note = 0.5").unwrap();
        assert_eq!(config, GrammarConfig { note: 0.5, ..GrammarConfig::default() });
        assert_eq!(config.validate(), Ok(()));
        assert!(toml::from_str::<GrammarConfig>("notes = 0.5").is_err());
        for found in [-0.1, 1.5, f64::INFINITY] {
            let wrong = GrammarConfig { slip: found, ..GrammarConfig::default() };
            assert!(wrong.validate().is_err(), "{found}");
        }
        let error = GrammarConfig { slip: 2.0, ..GrammarConfig::default() }.validate().unwrap_err();
        assert_eq!(error.to_string(), "the rate `slip` of the label grammar is 2; give a number from 0 to 1");
    }
}
