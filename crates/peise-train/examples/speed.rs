//! Scratch.
use burn::tensor::{Device, Tensor, Distribution};
use burn::module::Module;
use peise::encoder::residual::*;
use std::time::Instant;
fn main() {
    let device = Device::flex();
    for (name, size, stem, widths) in [
        ("24/48/96/192@96", 96, 24, vec![24, 48, 96, 192]),
        ("24/48/96/192@64", 64, 24, vec![24, 48, 96, 192]),
        ("16/32/64/128@96", 96, 16, vec![16, 32, 64, 128]),
        ("32/64/128/256@64", 64, 32, vec![32, 64, 128, 256]),
    ] {
        let n = 64;
        let config = ResidualEncoderConfig { stem, blocks: vec![1; widths.len()], widths, pool_queries: 2, output: 192 };
        let model = config.init(&device);
        let folded = model.clone().fold();
        let x = Tensor::<4>::random([n, 3, size, size], Distribution::Normal(0.0, 1.0), &device);
        let diff = (model.valid().forward(x.clone()) - folded.forward(x.clone())).abs().max().into_scalar::<f32>();
        let t = |f: &dyn Fn()| { f(); let mut v: Vec<f64> = (0..5).map(|_| { let t = Instant::now(); f(); t.elapsed().as_secs_f64() }).collect(); v.sort_by(f64::total_cmp); n as f64 / v[2] };
        let plain = t(&|| { model.forward(x.clone()).into_data(); });
        let fold = t(&|| { folded.forward(x.clone()).into_data(); });
        let ad = device.clone().autodiff();
        let tm = config.init(&ad);
        let xa = Tensor::<4>::from_data(x.to_data(), &ad);
        let fwd = t(&|| { tm.forward(xa.clone()).into_data(); });
        let train = t(&|| { let g = tm.forward(xa.clone()).powi_scalar(2).sum().backward(); std::hint::black_box(&g); });
        println!("{name}: params {} plain {plain:.0}/s folded {fold:.0}/s fwd-train {fwd:.0}/s train {train:.0}/s diff {diff:e}", model.num_params());
    }
}
