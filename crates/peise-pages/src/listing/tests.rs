//! Tests of the page as a whole.

use super::*;

fn image(file: &str) -> ReportImage {
    ReportImage { file: file.into(), thumbnail_jpeg: Some(vec![0xff, 0xd8, 0xff]), ..ReportImage::default() }
}

/// Two labels; photos at the given probabilities of the first label.
fn listing(id: &str, first: &[f32], joint: f32) -> ReportListing {
    let choice = |&p: &f32| Choice { label: Some(usize::from(p < 0.5)), probability: p.max(1.0 - p) };
    ReportListing {
        id: id.into(),
        labels: vec!["黑色".into(), "白色".into()],
        images: (0..first.len()).map(|k| image(&format!("{id}_{k}.jpg"))).collect(),
        assignment: Some(Assignment {
            choices: first.iter().map(choice).collect(),
            marginals: first.iter().flat_map(|&p| [p, 1.0 - p, 0.0]).collect(),
            joint_probability: joint,
            exact: true,
        }),
        ..ReportListing::default()
    }
}

fn page_of(listings: &[ReportListing], options: &ReportOptions) -> String {
    let mut out = Vec::new();
    write_report(&mut out, "Demo", listings, options).expect("a Vec takes everything");
    String::from_utf8(out).expect("the page is UTF-8")
}

fn page(listings: &[ReportListing]) -> String {
    page_of(listings, &ReportOptions::default())
}

/// Asserts that the needles occur in this order.
fn assert_order(page: &str, needles: &[&str]) {
    let mut at = 0;
    for needle in needles {
        let found = page[at..].find(needle);
        at += found.unwrap_or_else(|| panic!("{needle} is not after its predecessor")) + needle.len();
    }
}

#[test]
fn least_sure_comes_first() {
    let listings = [
        listing("sure", &[0.99, 0.02], 0.97),
        listing("doubt", &[0.98, 0.55, 0.9, 0.1], 0.4),
        ReportListing { assignment: None, error: Some("no labels".into()), ..listing("broken", &[0.5], 0.5) },
    ];
    assert_eq!(shown(&listings, &ReportOptions::default()), [2, 1, 0]);
    assert_order(
        &page(&listings),
        &[
            "broken",
            "no labels",
            "not matched",
            "doubt",
            "doubt_1.jpg",
            "doubt_2.jpg",
            "doubt_0.jpg",
            "doubt_3.jpg",
            ">sure</bdi>",
        ],
    );
}

#[test]
fn unsure_photos_name_their_runner_up() {
    let page = page(&[listing("a", &[0.62, 0.99, 0.01], 0.6)]);
    assert_eq!(page.matches("class=\"photo unsure\"").count(), 1);
    assert!(page.contains("<span class=\"second\">or <bdi lang=\"zh-CN\">白色</bdi> 38%</span>"));
    assert!(page.contains("<b>62%</b>") && page.contains("width:62.0%"));
    assert!(page.contains("<dt>photos below 80%</dt><dd>1</dd>"));
}

#[test]
fn runner_up_may_be_no_label() {
    let mut listing = listing("a", &[0.6], 0.6);
    if let Some(assignment) = &mut listing.assignment {
        assignment.marginals = vec![0.6, 0.1, 0.3];
    }
    assert!(page(&[listing]).contains("<span class=\"second\">or no label 30%</span>"));
}

#[test]
fn a_prediction_becomes_a_listing() {
    use crate::listing::{Listing, ListingImage};
    let shown = listing("a", &[0.9, 0.4], 0.5);
    let images = ["x.jpg", "torn.jpg", "y.jpg"].map(|file| ListingImage { file: file.into(), label: None });
    let asked = Listing { id: "a".into(), labels: shown.labels.clone(), images: images.into(), ..Listing::default() };
    let assignment = shown.assignment.expect("the helper decides");
    let errors = [None, Some("truncated".to_owned()), None];
    let mut prediction = Answer::new(&asked, &assignment, &errors, "cover");
    prediction.withhold_below(0.8);
    prediction.notes = vec!["remark".into()];
    let made = ReportListing::from(&prediction);
    assert_eq!(made.assignment, Some(assignment));
    assert_eq!(made.images.iter().map(|image| image.error.clone()).collect::<Vec<_>>(), errors);
    assert_eq!((made.id, made.labels, made.notes), (asked.id.clone(), asked.labels.clone(), vec!["remark".into()]));
    let failed = ReportListing::from(&Answer::failed(&asked, &errors, "no labels".into()));
    assert_eq!((failed.assignment, failed.error), (None, Some("no labels".into())));
}

#[test]
fn known_truth_gives_metrics_and_marks() {
    let mut listings = [listing("a", &[0.9, 0.1], 0.8), listing("b", &[0.9, 0.1], 0.8)];
    for listing in &mut listings {
        listing.images[0].truth = Some("黑色".into());
        listing.images[1].truth = Some("白色".into());
    }
    listings[1].images[1].truth = Some("黑色".into());
    let page = page(&listings);
    assert_order(&page, &["(Acc)</dt><dd>0.7500", "(EM)</dt><dd>0.5000"]);
    assert_eq!(page.matches("class=\"photo wrong\"").count(), 1);
    assert!(page.contains("<span class=\"truth\">truth: <bdi lang=\"zh-CN\">黑色</bdi></span>"));
    assert!(page.contains("1/2 right") && page.contains("2/2 right"));
}

#[test]
fn failed_photos_are_rows_and_take_no_choice() {
    let mut listing = listing("a", &[0.9, 0.1], 0.8);
    let failed = ReportImage {
        file: "torn.jpg".into(),
        error: Some("truncated".into()),
        truth: Some("黑色".into()),
        ..ReportImage::default()
    };
    listing.images.insert(0, failed);
    let page = page(&[listing]);
    assert!(page.contains("<li><bdi class=\"name\">torn.jpg</bdi> <span>truncated</span></li>"));
    assert_order(&page, &["unreadable photos</dt><dd>1", "(Acc)</dt><dd>0.0000"]);
    assert_order(
        &page,
        &["黑色</bdi><span class=\"count\">1", "a_0.jpg", "白色</bdi><span class=\"count\">1", "a_1.jpg"],
    );
}

#[test]
fn photos_without_label_and_labels_without_photo_are_told() {
    let mut listing = listing("a", &[0.9, 0.9], 0.8);
    if let Some(assignment) = &mut listing.assignment {
        assignment.choices[1].label = None;
        assignment.exact = false;
    }
    let page = page(&[listing]);
    assert!(page.contains("<h3>no label<span class=\"count\">1</span></h3>"));
    assert!(page.contains("<p class=\"none\">no photo</p>") && page.contains("(approximate)"));
}

#[test]
fn hostile_text_stays_text() {
    let evil = "\"><script>alert('x')</script><img src=http://evil.example/a onerror=\"b()\">";
    let mut listing = listing(evil, &[0.6, 0.4], 0.5);
    listing.labels = vec![evil.into(), "'".into()];
    listing.notes = vec![evil.into()];
    listing.error = Some(evil.into());
    for image in &mut listing.images {
        image.file = evil.into();
        image.truth = Some(evil.into());
    }
    listing.images.push(ReportImage { error: Some(evil.into()), ..image(evil) });
    let mut out = Vec::new();
    write_report(&mut out, evil, &[listing], &ReportOptions::default()).expect("a Vec takes everything");
    let page = String::from_utf8(out).expect("the page is UTF-8");
    assert!(!page.contains("<script") && !page.contains("alert('"));
    assert_eq!(page.matches("<img ").count(), 2, "only the page's own pictures");
    // Neither quotes nor angle brackets of foreign text are left to end an attribute or open a tag.
    let tags = page.matches('<').count();
    assert_eq!(tags, page.matches('>').count() - CSS.matches('>').count() + CSS.matches('<').count());
}

#[test]
fn the_page_asks_for_nothing() {
    let page = page(&[listing("a", &[0.9, 0.1], 0.8)]);
    for needle in ["http://", "https://", "url(", "@import", "<link", "<script", "src=\"//"] {
        assert!(!page.contains(needle), "{needle}");
    }
    assert_eq!(page.matches("src=\"data:image/jpeg;base64,/9j/\"").count(), 2);
    assert!(page.contains("default-src 'none'"));
    assert_eq!(page.matches(" alt=\"").count(), page.matches("<img ").count());
}

#[test]
fn chinese_speaks_chinese() {
    let options = ReportOptions { language: Language::Chinese, ..ReportOptions::default() };
    let page = page_of(&[listing("a", &[0.6, 0.1], 0.5)], &options);
    assert!(page.contains("<html lang=\"zh-CN\">") && page.contains("低于 80% 的图片"));
    let visible = page.split("</style>").nth(1).unwrap_or_default();
    for word in ["photo<", "listing<", "unsure,", "runner", "mean "] {
        assert!(!visible.contains(word), "{word}");
    }
}

#[test]
fn many_listings_are_cut_but_counted() {
    let listings: Vec<_> = (0..5).map(|k| listing(&format!("id{k}"), &[0.9], 0.9 - 0.1 * k as f32)).collect();
    let options = ReportOptions { max_listings: 2, ..ReportOptions::default() };
    assert_eq!(shown(&listings, &options), [4, 3]);
    let page = page_of(&listings, &options);
    assert_eq!(page.matches("<article").count(), 2);
    assert!(page.contains("<dt>listings</dt><dd>5</dd>") && page.contains("3 more listings"));
}

#[test]
fn odd_numbers_do_no_harm() {
    for (probability, expected) in [
        (f32::NAN, "–"),
        (1.0, "&gt;99%"),
        (0.0, "&lt;1%"),
        (0.989, "98%"),
        (0.62, "62%"),
        (0.019, "1%"),
        (7.0, "&gt;99%"),
    ] {
        assert_eq!(percent(probability), expected);
    }
    let page = page(&[listing("nan", &[f32::NAN], f32::NAN), ReportListing::default()]);
    assert!(!page.contains("NaN%"));
    assert!(self::page(&[]).contains("No listings."));
}

#[test]
#[should_panic(expected = "one choice for each image")]
fn a_choice_too_few_is_a_programmers_error() {
    let mut listing = listing("a", &[0.9, 0.1], 0.8);
    listing.images.push(image("b.jpg"));
    page(&[listing]);
}
