//! t
use model::design::Design;
use model::invariants::Invariant;
use model::model::Model;
use model::search::explore;
#[test]
fn all() {
    let var = |name: &str, or: u8| std::env::vars().find(|(n, _)| n == name).map_or(or, |(_, v)| v.parse().unwrap());
    let n: u8 = var("N", 0);
    for design in Design::ALL.into_iter().skip(var("SKIP", 0) as usize).take(var("TAKE", 10) as usize) {
        for places in [2, 1] {
        let m; let at = std::time::Instant::now();
        let e = { m = Model::new(design, places, n); explore(&m, None) };
        println!("{design:?} places {places} faults {n}: {} {:?} {:?}", e.states(), e.broken(), at.elapsed());
        if var("T", 0) > 0 {
        for i in Invariant::ALL { if let Some(t) = e.trace(&m, i) { println!("{t}"); } } }
    }}
}
