//! Trousers and shorts.

use super::curve::{Knot, mix, on_side, sharp, soft};
use super::cut::{Cut, Pockets, Waist};
use super::piece::{DetailKind, Drape, Tailor};
use super::pose::oval;
use super::product::Product;

/// Measures of trousers: half widths; `end` as a share of the leg.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Legs {
    waist: f32,
    waist_y: f32,
    hip: f32,
    thigh: f32,
    knee: f32,
    hem: f32,
    end: f32,
    cuff: bool,
}

/// Trousers' measures.
pub(crate) fn legs(product: Product, cut: &Cut) -> Legs {
    let ease = cut.ease;
    let base = Legs {
        waist: 7.5,
        waist_y: mix(-5.5, -10.0, cut.proportion[0]),
        hip: mix(9.9, 10.8, ease),
        thigh: mix(5.2, 6.0, ease),
        knee: mix(3.9, 5.0, ease),
        hem: mix(3.0, 4.4, ease),
        end: mix(0.86, 1.0, cut.length),
        cuff: false,
    };
    match product {
        Product::WideTrousers | Product::Jumpsuit => Legs {
            hip: mix(10.4, 11.6, ease),
            thigh: mix(6.4, 7.6, ease),
            knee: mix(6.4, 8.4, ease),
            hem: mix(6.4, 10.5, 0.5 * ease + 0.5 * cut.flare),
            end: mix(0.9, 1.06, cut.length),
            ..base
        },
        Product::Jeans => {
            let bell = if cut.model.is_multiple_of(5) { 2.6 } else { 0.0 };
            let slim = if cut.model % 3 == 1 { 0.0 } else { ease };
            Legs { thigh: mix(5.0, 6.2, slim), knee: mix(3.5, 5.2, slim), hem: mix(2.3, 4.8, slim) + bell, ..base }
        }
        Product::Joggers => Legs {
            hip: mix(10.4, 11.8, ease),
            thigh: mix(6.0, 7.4, ease),
            knee: mix(5.0, 6.6, ease),
            hem: 2.7,
            end: mix(0.93, 1.0, cut.length),
            cuff: true,
            ..base
        },
        Product::Leggings => Legs {
            waist: 7.0,
            waist_y: -9.5,
            hip: 9.9,
            thigh: 5.2,
            knee: 3.4,
            hem: 2.15,
            end: mix(0.8, 1.0, cut.length),
            ..base
        },
        Product::Shorts => Legs {
            hip: mix(10.0, 11.4, ease),
            thigh: mix(5.8, 7.6, ease),
            hem: mix(5.4, 7.8, 0.6 * ease + 0.4 * cut.flare),
            end: mix(0.2, 0.5, cut.length),
            ..base
        },
        _ => base,
    }
}

/// Trousers and shorts.
pub(crate) fn trousers(tailor: &mut Tailor, product: Product) {
    let cut = tailor.cut;
    let measures = legs(product, cut);
    if product == Product::Leggings {
        tailor.drape = Drape::Body;
    }
    let jumpsuit = product == Product::Jumpsuit;
    let mut outline = Vec::new();
    if jumpsuit {
        outline.extend([sharp(measures.waist, -11.0), sharp(-measures.waist, -11.0)]);
    } else {
        outline.extend([
            sharp(measures.waist, measures.waist_y),
            soft(0.0, measures.waist_y + 0.5),
            sharp(-measures.waist, measures.waist_y),
        ]);
    }
    // Down the left leg, up its inside, down the right inside and up: the first knot is the right waist.
    let left = leg_edge(tailor, &measures, -1.0);
    let right = leg_edge(tailor, &measures, 1.0);
    outline.extend(left);
    outline.push(sharp(0.0, 5.0 + 1.2 * cut.ease));
    outline.extend(right.into_iter().rev());
    tailor.cloth(&outline);
    leg_details(tailor, &measures, product);
    if !jumpsuit {
        waistband(tailor, &measures, product);
        front_details(tailor, &measures, product);
    }
}

fn leg_edge(tailor: &Tailor, measures: &Legs, side: f32) -> Vec<Knot> {
    let leg = tailor.view.pose.leg(side);
    let (waist_y, end) = (measures.waist_y, measures.end);
    let irregular = |index: usize| 0.25 * tailor.cut.irregular(index + if side > 0.0 { 10 } else { 0 });
    let mut edge = vec![
        soft(mix(measures.waist, measures.hip, 0.62) * side, mix(waist_y, 0.0, 0.5)),
        soft(measures.hip * side, 0.6),
    ];
    // Wide legs touch along the centre line rather than cross it.
    let inner = |along: f32, half: f32| half.min(leg.at(along, 0.0).0 * side - 0.45);
    if end < 0.55 {
        edge.push(leg.sharp(end, measures.hem));
        edge.push(leg.soft(end + 0.012, measures.hem * 0.2));
        edge.push(leg.sharp(end - 0.004, -inner(end, measures.hem * 0.9)));
        return edge;
    }
    edge.push(leg.soft(0.24, measures.thigh + 0.2));
    edge.push(leg.soft(0.5, measures.knee + irregular(1)));
    edge.push(leg.soft(
        0.76,
        mix(measures.knee, measures.hem, if measures.cuff || measures.hem < 2.5 { 0.24 } else { 0.52 }) + irregular(2),
    ));
    if measures.cuff {
        edge.push(leg.soft(end - 0.08, mix(measures.knee, measures.hem, 0.45)));
        edge.push(leg.sharp(end - 0.045, measures.hem));
    } else if end > 0.94 && (2.5..6.0).contains(&measures.hem) {
        // A break over the shoe.
        edge.push(leg.soft(end - 0.09, measures.hem - 0.15));
        edge.push(leg.soft(end - 0.045, measures.hem + 0.25));
    }
    edge.push(leg.sharp(end, measures.hem));
    edge.push(leg.soft(end + 0.012, 0.3));
    edge.push(leg.sharp(end, -inner(end, measures.hem)));
    if measures.cuff {
        edge.push(leg.sharp(end - 0.045, -measures.hem));
        edge.push(leg.soft(end - 0.08, -mix(measures.knee, measures.hem, 0.45)));
    } else if end > 0.94 && (2.5..6.0).contains(&measures.hem) {
        edge.push(leg.soft(end - 0.05, -measures.hem - 0.25));
        edge.push(leg.soft(end - 0.1, -measures.hem + 0.2));
    }
    edge.push(leg.soft(0.76, -inner(0.76, mix(measures.knee, measures.hem, 0.5)) + irregular(3)));
    edge.push(leg.soft(0.5, -inner(0.5, mix(measures.knee, measures.thigh, 0.15)) + irregular(4)));
    edge.push(leg.soft(0.28, -inner(0.28, measures.thigh)));
    edge
}

fn leg_details(tailor: &mut Tailor, measures: &Legs, product: Product) {
    let cut = tailor.cut;
    for side in [1.0, -1.0] {
        let leg = tailor.view.pose.leg(side);
        let end = measures.end;
        let short = end < 0.55;
        let half = measures.hem * if short { 0.8 } else { 1.0 };
        if measures.cuff {
            let band = [
                leg.sharp(end - 0.045, half),
                leg.sharp(end, half),
                leg.sharp(end, -half),
                leg.sharp(end - 0.045, -half),
            ];
            let kind = tailor.trim();
            tailor.area(kind, &band);
        } else if product != Product::Leggings {
            tailor.seam(&[leg.soft(end - 0.03, measures.hem), leg.soft(end - 0.018, 0.0), leg.soft(end - 0.03, -half)]);
        }
        if matches!(product, Product::Trousers | Product::WideTrousers) && cut.model.is_multiple_of(2) {
            tailor.line(
                DetailKind::Fold,
                0.3,
                &[
                    soft(side * measures.waist * 0.55, measures.waist_y + 3.0),
                    leg.soft(0.2, 0.4),
                    leg.soft(0.6, 0.2),
                    leg.soft(end, 0.1),
                ],
            );
        }
        if cut.pockets == Pockets::Cargo && !short {
            let pocket = [
                leg.sharp(0.3, measures.thigh * 0.95),
                leg.sharp(0.3, 0.6),
                leg.sharp(0.45, 0.6),
                leg.sharp(0.45, measures.thigh * 0.9),
            ];
            tailor.area(DetailKind::Panel, &pocket);
            tailor.seam(&[leg.sharp(0.335, measures.thigh * 0.95), leg.sharp(0.335, 0.6)]);
        }
        if !short {
            let knee = |along: f32, length: f32| {
                [leg.soft(along, -measures.knee * 0.8), leg.soft(along + 0.02, -measures.knee * 0.8 + length)]
            };
            tailor.line(DetailKind::Fold, 0.45, &knee(0.49, 3.0 + cut.irregular(5)));
            tailor.line(DetailKind::Fold, 0.45, &knee(0.53, 2.4 + cut.irregular(6)));
        }
        let crease = |y: f32, out: f32| {
            [soft(side * 0.6, y), soft(side * (1.8 + out * 0.5), y - 0.2), soft(side * (3.0 + out), y - 1.4)]
        };
        tailor.line(DetailKind::Fold, 0.45, &crease(4.6, 1.0 + 0.4 * cut.irregular(8)));
        tailor.line(DetailKind::Fold, 0.45, &crease(3.2, 0.4));
    }
}

fn waistband(tailor: &mut Tailor, measures: &Legs, product: Product) {
    let cut = tailor.cut;
    let (half, y) = (measures.waist, measures.waist_y);
    let deep = if product == Product::Leggings { 4.0 } else { 2.0 };
    let low = half + deep * 0.28;
    let line = [soft(low, y + deep), soft(0.0, y + deep + 0.6), soft(-low, y + deep)];
    let elastic = cut.waist == Waist::Elastic || product == Product::Joggers;
    if tailor.is_product() && tailor.front() {
        tailor.flap(DetailKind::Opening, &oval(0.0, y + 0.1, half - 0.2, 0.6));
    }
    tailor.seam(&line);
    if elastic {
        for gather in 0..15 {
            let x = mix(-half, half, (gather as f32 + 0.5) / 15.0);
            tailor.line(
                DetailKind::Fold,
                0.3,
                &[soft(x, y + 0.5), soft(x * 1.04, y + deep + 1.4 + 0.7 * cut.irregular(gather))],
            );
        }
        if tailor.front() && product != Product::WideTrousers {
            tailor.line(DetailKind::Cord, 0.5, &[soft(0.4, y + 1.2), soft(1.9, y + 4.4), soft(1.2, y + 8.0)]);
            tailor.line(DetailKind::Cord, 0.5, &[soft(-0.4, y + 1.2), soft(-1.6, y + 4.8), soft(-1.5, y + 7.2)]);
        }
    } else if cut.waist == Waist::Belt {
        let band = [
            sharp(half, y + 0.4),
            soft(0.0, y + 0.9),
            sharp(-half, y + 0.4),
            sharp(-low, y + deep),
            soft(0.0, y + deep + 0.6),
            sharp(low, y + deep),
        ];
        tailor.area(DetailKind::Trim, &band);
        if tailor.front() {
            tailor.line(
                DetailKind::Metal,
                0.4,
                &[
                    sharp(-1.2, y + 0.6),
                    sharp(1.2, y + 0.6),
                    sharp(1.2, y + deep + 0.7),
                    sharp(-1.2, y + deep + 0.7),
                    sharp(-1.2, y + 0.6),
                ],
            );
        }
    } else if product != Product::Leggings {
        if tailor.front() {
            tailor.dot(DetailKind::Button, (0.0, y + 1.5), 0.55);
        }
        for x in [-0.62, 0.62] {
            tailor.line(DetailKind::Seam, 0.5, &[sharp(half * x, y + 0.2), sharp(half * x, y + deep + 0.5)]);
        }
    }
}

fn front_details(tailor: &mut Tailor, measures: &Legs, product: Product) {
    let (half, y) = (measures.waist, measures.waist_y);
    let bottom = 4.4;
    tailor.seam(&[soft(0.0, y + 2.2), soft(0.2, mix(y, bottom, 0.6)), soft(0.0, bottom)]);
    if product == Product::Leggings {
        return;
    }
    if tailor.front() {
        let fly = [soft(1.5, y + 2.2), soft(1.6, -1.5), soft(0.2, 1.6)];
        if tailor.cut.waist != Waist::Elastic {
            tailor.seam(&fly);
        }
        for side in [1.0, -1.0] {
            let curve = if product == Product::Jeans {
                [soft(half * 0.55, y + 2.4), soft(half * 0.68, y + 5.4), soft(measures.hip - 0.6, y + 6.4)]
            } else {
                [soft(half * 0.72, y + 2.4), soft(half * 0.9, y + 5.0), soft(measures.hip - 0.4, y + 8.6)]
            };
            tailor.seam(&on_side(side, &curve));
        }
    } else {
        for side in [1.0, -1.0] {
            let x = measures.hip * 0.5;
            if product == Product::Jeans {
                tailor.seam(&on_side(side, &[soft(0.0, y + 5.6), soft(measures.hip - 0.6, y + 4.0)]));
                let pocket = [
                    sharp(x - 2.3, y + 6.4),
                    sharp(x + 2.3, y + 5.8),
                    sharp(x + 2.1, y + 10.6),
                    sharp(x, y + 12.2),
                    sharp(x - 2.1, y + 11.0),
                ];
                tailor.area(DetailKind::Panel, &on_side(side, &pocket));
            } else {
                tailor.seam(&on_side(side, &[soft(x - 2.2, y + 5.6), soft(x + 2.2, y + 5.4)]));
            }
        }
    }
}
