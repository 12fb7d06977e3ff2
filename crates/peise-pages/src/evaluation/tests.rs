//! Tests of the page as a whole.

use std::collections::HashMap;

use peise::listing::Listing;
use peise::{Answer, ImageAnswer};
use peise_eval::{EvaluateOptions, compare, evaluate};

use super::*;

/// A listing of two photos: of the first label, and of the second or of no option.
fn listing(id: &str, labels: [&str; 2], second: Option<&str>) -> Listing {
    let files = [0, 1].map(|k| format!("{id}_{k}.jpg"));
    let mut listing = Listing::new(id, labels, files.clone());
    listing.images[0].label = Some(labels[0].into());
    listing.images[1].label = second.map(Into::into);
    if second.is_none() {
        listing.shows_none.push(files[1].clone());
    }
    listing
}

/// An answer of this probability: always the first label.
fn answered(listing: &Listing, probability: f32) -> Answer {
    let image = |file: &str| ImageAnswer {
        file: file.into(),
        label: Some(listing.labels[0].clone()),
        index: Some(0),
        probability: Some(probability),
        marginals: vec![probability, 1.0 - probability],
        ..ImageAnswer::default()
    };
    Answer {
        id: listing.id.clone(),
        labels: listing.labels.clone(),
        images: listing.images.iter().map(|photo| image(&photo.file)).collect(),
        joint_probability: Some(probability * probability),
        rule: "free".into(),
        exact: true,
        ..Answer::default()
    }
}

#[test]
fn the_page_holds_everything_and_lets_nothing_out() {
    let hostile = "\"><script>alert(1)</script>";
    let listings = [
        listing("a", ["黑", "白"], Some("白")),
        listing("b", ["黑", hostile], Some(hostile)),
        listing("c", ["红", "白"], None),
        listing("d", ["红", "黑"], Some("红")),
    ];
    let answers: Vec<Answer> = listings.iter().zip([0.9, 0.8, 0.7, 0.6]).map(|(l, p)| answered(l, p)).collect();
    let truth: Vec<_> = listings.into_iter().map(Ok).collect();
    let options = EvaluateOptions { resamples: 50, ..EvaluateOptions::default() };
    let mut evaluation = evaluate(&truth, &answers[..3], Some(&answers[..3]), &options).unwrap();
    evaluation.comparison = Some(compare(&truth, &answers, &[], &options).unwrap());
    let pictures = HashMap::from([(("b".to_owned(), "b_1.jpg".to_owned()), vec![1, 2, 3])]);
    for language in [Language::English, Language::Chinese] {
        let page = render(&EvaluationPage { title: hostile, evaluation: &evaluation, pictures: &pictures, language });
        assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
        assert!(!page.contains("<script"), "hostile text became an element");
        assert!(page.contains("&lt;script&gt;") && page.contains("data:image/jpeg;base64,AQID"));
        assert_eq!(page.matches("<figure>").count(), 3 + 3, "three charts and three mistakes");
        assert_eq!(page.matches("<section").count(), page.matches("</section>").count());
        assert!(page.contains("McNemar") && page.contains("AURC"));
        assert!(!page.contains("NaN") && !page.contains("inf"), "a number is none");
        assert_eq!(page.matches(" alt=\"").count(), page.matches("<img ").count());
    }
    let plain = evaluate(&truth, &answers, None, &options).unwrap();
    let page =
        EvaluationPage { title: "x", evaluation: &plain, pictures: &HashMap::new(), language: Language::English };
    assert!(!render(&page).contains("<figure>"), "without probabilities there is nothing to draw");
    assert!(render(&page).contains("of these without an option: 1"));
}
