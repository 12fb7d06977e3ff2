//! What holds for every product, cut and pose.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tiny_skia::{FillRule, Mask, Path, Transform};

use super::person::Person;
use super::{Cut, Piece, Placement, Pose, Product, Slot, View, hanger, mannequin, pair, person, piece};

fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn any_view(rng: &mut ChaCha8Rng) -> View {
    View {
        pose: if rng.random_bool(0.5) { Pose::choose(rng) } else { Pose::flat(rng) },
        back: rng.random_bool(0.5),
        placement: if rng.random_bool(0.5) { Placement::Worn } else { Placement::Product },
        open: rng.random_bool(0.3),
    }
}

fn check(path: &Path, reach: f32, what: &str) {
    assert!(path.points().iter().all(|point| point.x.is_finite() && point.y.is_finite()), "{what} is not finite");
    let bounds = path.bounds();
    let extent = bounds.left().abs().max(bounds.right().abs()).max(bounds.top().abs()).max(bounds.bottom().abs());
    assert!(extent <= reach, "{what} reaches {extent}");
}

fn paths(piece: &Piece) -> impl Iterator<Item = &Path> {
    std::iter::once(&piece.outline).chain(&piece.over).chain(piece.details.iter().map(|detail| &detail.path))
}

fn all_paths(person: &Person) -> impl Iterator<Item = &Path> {
    [&person.hair_behind, &person.skin, &person.arms, &person.face, &person.hair].into_iter().flatten()
}

/// What the path covers, 4 pixels a unit.
fn covered(path: &Path) -> Mask {
    let mut mask = Mask::new(640, 640).expect("a mask of constant size");
    mask.fill_path(path, FillRule::Winding, false, Transform::from_scale(4.0, 4.0).post_translate(320.0, 320.0));
    mask
}

/// Whether the mask has something within a unit of a place.
fn is_near(mask: &Mask, (x, y): (f32, f32)) -> bool {
    let (column, row) = ((x * 4.0 + 320.0) as usize, (y * 4.0 + 320.0) as usize);
    (row - 4..=row + 4).any(|row| mask.data()[row * 640 + column - 4..=row * 640 + column + 4].iter().any(|&v| v > 0))
}

#[test]
fn every_piece_is_finite_bounded_and_not_empty() {
    for &product in Product::ALL {
        let mut rng = random(1);
        for round in 0..200 {
            let cut = Cut::choose(product, &mut rng);
            let view = View { back: round % 2 == 0, ..any_view(&mut rng) };
            let piece = piece(product, &cut, &view);
            for path in paths(&piece) {
                check(path, 70.0, product.key());
            }
            let least = if view.placement == Placement::Worn { 3.0 } else { 12.0 };
            assert!(piece.bounds.width() > least && piece.bounds.height() > least, "{product:?} {:?}", piece.bounds);
        }
    }
}

#[test]
fn people_mannequins_and_hangers_are_finite_and_bounded() {
    let mut rng = random(2);
    for _ in 0..200 {
        let view = any_view(&mut rng);
        let who = person(&view, &mut rng);
        assert_eq!((who.skin.len(), who.arms.len(), who.face.is_empty()), (4, 2, view.back));
        assert!(!who.hair.is_empty());
        all_paths(&who).for_each(|path| check(path, 62.0, "person"));
        mannequin(&view, &mut rng).iter().for_each(|path| check(path, 60.0, "mannequin"));
        let parts = hanger(&mut rng);
        assert_eq!(parts.len(), 2);
        parts.iter().for_each(|(path, _)| check(path, 50.0, "hanger"));
    }
}

#[test]
fn products_of_their_own_fill_their_square() {
    for &product in Product::ALL.iter().filter(|product| matches!(product.slot(), Slot::Footwear | Slot::Accessory)) {
        let mut rng = random(3);
        for _ in 0..50 {
            let cut = Cut::choose(product, &mut rng);
            let view = View { pose: Pose::straight(), back: false, placement: Placement::Product, open: false };
            let bounds = piece(product, &cut, &view).bounds;
            let size = bounds.width().max(bounds.height());
            assert!((48.0..96.0).contains(&size), "{product:?} is {size}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_paths_and_cuts_differ() {
    let draw = |product: Product, seed: u64| {
        let mut rng = random(seed);
        let cut = Cut::choose(product, &mut rng);
        let view = View { pose: Pose::straight(), back: false, placement: Placement::Product, open: false };
        piece(product, &cut, &view).outline
    };
    for &product in Product::ALL {
        assert_eq!(draw(product, 5), draw(product, 5), "{product:?}");
        assert_ne!(draw(product, 5), draw(product, 6), "{product:?}");
    }
}

#[test]
fn a_long_sleeve_follows_the_arm() {
    let sleeved =
        [Product::Sweater, Product::Hoodie, Product::Jacket, Product::Coat, Product::Blazer, Product::DownJacket];
    let mut rng = random(8);
    for round in 0..120 {
        let product = sleeved[round % sleeved.len()];
        let view = View { placement: Placement::Worn, ..any_view(&mut rng) };
        let made = piece(product, &Cut::choose(product, &mut rng), &view);
        for (side, sleeve) in [1.0, -1.0].into_iter().zip(&made.over) {
            let mask = covered(sleeve);
            for along in [0.3, 0.5, 0.7, 0.95] {
                let (x, y) = view.pose.arm(side).at(along, 0.0);
                assert!(is_near(&mask, view.pose.place(x, y)), "{product:?} at {along} of {:?}", view.pose);
            }
        }
    }
}

#[test]
fn trousers_follow_the_legs() {
    let mut rng = random(9);
    for product in [Product::Trousers, Product::WideTrousers, Product::Jeans, Product::Joggers, Product::Leggings] {
        for _ in 0..30 {
            let view = View { placement: Placement::Worn, ..any_view(&mut rng) };
            let mask = covered(&piece(product, &Cut::choose(product, &mut rng), &view).outline);
            for side in [1.0, -1.0] {
                for along in [0.1, 0.5, 0.75] {
                    let (x, y) = view.pose.leg(side).at(along, 0.0);
                    assert!(is_near(&mask, view.pose.place(x, y)), "{product:?} at {along}");
                }
            }
        }
    }
}

#[test]
fn a_garment_worn_open_shows_what_is_under_it() {
    let mut rng = random(10);
    for product in [Product::Blazer, Product::Coat, Product::DownJacket] {
        let cut = Cut::choose(product, &mut rng);
        let closed = View { pose: Pose::straight(), back: false, placement: Placement::Worn, open: false };
        let is_cloth = |view: View| is_near(&covered(&piece(product, &cut, &view).outline), (0.0, -6.0));
        assert!(is_cloth(closed), "{product:?}");
        assert!(!is_cloth(View { open: true, ..closed }), "{product:?}");
        assert!(is_cloth(View { open: true, back: true, ..closed }), "{product:?} has no gap behind");
    }
}

#[test]
fn a_pair_is_two_shoes_in_two_places() {
    let cut = Cut::choose(Product::Sneaker, &mut random(4));
    let view = View { pose: Pose::straight(), back: false, placement: Placement::Product, open: false };
    let [far, near] = pair(Product::Sneaker, &cut, &view);
    assert!(far.bounds.bottom() < near.bounds.bottom() && far.bounds.left() > near.bounds.left());
    assert_eq!(far.details.len(), near.details.len());
}

#[test]
fn keys_are_unique_and_every_product_has_words() {
    let mut keys: Vec<&str> = Product::ALL.iter().map(|product| product.key()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), Product::ALL.len());
    for product in Product::ALL {
        assert!(product.key().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{product:?}");
        assert!(product.english().iter().all(|word| word.is_ascii()), "{product:?}");
        assert!(product.chinese().iter().all(|word| !word.is_empty()), "{product:?}");
    }
}

#[test]
fn overlapping_cloth_unites_whichever_way_it_is_drawn() {
    use super::curve::{closed_quad, trace};
    let mut clockwise = closed_quad(-6.0, -6.0, 4.0, 4.0);
    let other = closed_quad(-2.0, -2.0, 8.0, 8.0);
    for _ in 0..2 {
        let mut builder = tiny_skia::PathBuilder::new();
        trace(&mut builder, &clockwise, true);
        trace(&mut builder, &other, true);
        let mask = covered(&builder.finish().expect("two squares are a path"));
        assert!(is_near(&mask, (1.0, 1.0)), "the overlap is a hole");
        clockwise.reverse();
    }
}
