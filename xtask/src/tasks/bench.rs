//! `cargo xtask bench [--peer PATH] [--runs N] [--index] [--messages] [--patch [--patchelf PATH]] [--bundle]`: what the stub
//! adds to a start, what bundling does, and how fast `ldshim explain`, `ldshim patch`, `ldshim doctor --message` and the index are.

use anyhow::Result;

use crate::bench::measure::{Samples, Starters};
use crate::bench::program::Program;
use crate::bench::table::{Table, microseconds};
use crate::bench::variant::Variant;
use crate::bench::{bundle, counts, explain, index, messages, patch, program, variant};
use crate::cli::BenchArgs;
use crate::{cargo, store, workspace};

/// The places in the list of variants of those with which the others are compared.
const DIRECT: usize = 0;
const FLOOR: usize = 1;

pub(super) fn run(args: &BenchArgs) -> Result<()> {
    let network = args.network.network();
    let built = cargo::build_release(network)?;
    let measure_index = || index::measure(&built.join("ldshim"), &workspace::target("bench"));
    if args.index {
        println!("{}", measure_index()?);
        return Ok(());
    }
    let measure_messages = || messages::measure(&built.join("ldshim"), &workspace::target("bench"));
    if args.messages {
        println!("{}", measure_messages()?);
        return Ok(());
    }
    let measure_patch = || {
        let patchelf = args.patchelf.as_deref();
        patch::measure(
            &built.join("ldshim"),
            patchelf,
            &workspace::target("bench"),
            network,
        )
    };
    if args.patch {
        println!("{}", measure_patch()?);
        return Ok(());
    }
    let stub = built.join("nix-ld");
    let store = store::build(network)?;
    let measure_bundle = || {
        let (ldshim, folder) = (built.join("ldshim"), workspace::target("bench"));
        bundle::measure(&ldshim, &store.loader()?, &folder, args.runs)
    };
    if args.bundle {
        println!("{}", measure_bundle()?);
        return Ok(());
    }
    let node = program::prepare(network)?;
    let programs = program::all();
    let variants = variant::all(&store, &node, &stub, args.peer.as_deref())?;

    warn_of_load();
    let mut starters = Starters::new(&variants, &programs)?;
    let mut faults = Vec::new();
    for (index, program) in (0..).zip(&programs) {
        let runs = args.runs.div_ceil(program.weight);
        let samples = starters.measure(index, runs)?;
        println!("{}, {runs} starts each, in turns", program.title);
        println!("{}", times(&variants, &samples));
        faults.push(samples.iter().map(Samples::faults).collect());
    }
    drop(starters);
    println!("counts");
    println!("{}", counts(&variants, &programs, &faults)?);
    println!(
        "{}",
        explain::measure(&built.join("ldshim"), &store.loader()?)?
    );
    println!("an empty C program of the store and its bundle");
    println!("{}", measure_bundle()?);
    println!("{}", measure_messages()?);
    println!("{}", measure_patch()?);
    println!("{}", measure_index()?);
    Ok(())
}

/// What is added, and the ratio, are of the first deciles: what others do on the machine meanwhile
/// reaches them less than the median, and they hang less on a single lucky start than the minimum.
fn times(variants: &[Variant], samples: &[Samples]) -> Table {
    let titles = ["", "min", "p10", "median", "ratio", "added", "of floor's"];
    let mut table = Table::new(&titles);
    let direct = samples[DIRECT].time(0.1);
    let added = |samples: &Samples| samples.time(0.1) as i64 - direct as i64;
    let floor = added(&samples[FLOOR]);
    for (index, (variant, samples)) in variants.iter().zip(samples).enumerate() {
        let [min, p10, median] = [0.0, 0.1, 0.5].map(|share| samples.time(share));
        let mut row = vec![variant.name.clone()];
        row.extend([min, p10, median].map(microseconds));
        row.push(format!("{:.3}", p10 as f64 / direct as f64));
        if index != DIRECT {
            row.push(microseconds(added(samples)));
            // What is lost in the noise has no ratio.
            row.extend((floor > 0).then(|| format!("{:.2}", added(samples) as f64 / floor as f64)));
        }
        table.row(row);
    }
    table
}

/// Says so if the processors are not idle.
fn warn_of_load() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let last_minute = load
        .split(' ')
        .next()
        .and_then(|number| number.parse::<f64>().ok());
    if let Some(load) = last_minute.filter(|&load| load > 0.5) {
        eprintln!("the load of this machine is {load}: times are worth more on an idle one");
    }
}

fn counts(variants: &[Variant], programs: &[Program], faults: &[Vec<u64>]) -> Result<Table> {
    let [empty, _, many] = programs else {
        anyhow::bail!("these are not the programs to count with");
    };
    let mut table = Table::new(&[
        "",
        "own syscalls",
        "added instructions",
        "added minor faults",
        "failing opens (300 libraries)",
    ]);
    let direct = counts::instructions(&variants[DIRECT], empty);
    for (index, variant) in variants.iter().enumerate() {
        let added_faults = faults[0][index] as i64 - faults[0][DIRECT] as i64;
        let own = if index == DIRECT {
            [String::new(), String::new(), String::new()]
        } else {
            [
                counts::own_syscalls(variant, empty)?.to_string(),
                (counts::instructions(variant, empty) as i64 - direct as i64).to_string(),
                added_faults.to_string(),
            ]
        };
        let opens = counts::failing_opens(variant, many).to_string();
        table.row(
            std::iter::once(variant.name.clone())
                .chain(own)
                .chain([opens]),
        );
    }
    Ok(table)
}
