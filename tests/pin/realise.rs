//! Getting what a pin needs into the store.

use std::fs;
use std::path::Path;
use std::slice;
use std::time::{Duration, Instant};

use ::nix::sys::stat::Mode;
use ::nix::unistd::mkfifo;
use ldshim::nix::Wanted;

use crate::nix::{self, text};
use crate::world::{World, nix_commands};

fn attribute(nixpkgs: &str, attribute: &str, output: &str) -> Wanted {
    Wanted::Attribute {
        nixpkgs: nixpkgs.to_owned(),
        attribute: attribute.to_owned(),
        output: output.to_owned(),
    }
}

/// What is not there any more comes back.
pub fn a_store_path_comes_from_a_binary_cache() {
    let world = World::new();
    let package = world.package("p", &[("a", 42)]);
    nix::copy_to_cache(&package);
    nix::delete(&package).expect("nobody keeps it");
    let nix = nix_commands();
    assert!(!nix.is_valid(&package));
    let wanted = [Wanted::StorePath(package.clone())];
    assert_eq!(
        nix.realise(&wanted, false).expect("it is cached"),
        slice::from_ref(&package)
    );
    assert!(nix.is_valid(&package) && package.join("lib").exists());
}

/// The negative control: what is in no cache does not come back, and that is said.
pub fn a_store_path_that_nobody_has_is_an_error() {
    let world = World::new();
    let package = world.package("p", &[("a", 42)]);
    nix::delete(&package).expect("nobody keeps it");
    let wanted = [Wanted::StorePath(package.clone())];
    let error = format!("{:#}", nix_commands().realise(&wanted, false).unwrap_err());
    assert!(error.contains(text(&package)), "{error}");
    assert!(error.contains("don't know how to build"), "{error}");
    let wanted = [Wanted::StorePath("/etc/passwd".into())];
    let error = nix_commands()
        .realise(&wanted, false)
        .unwrap_err()
        .to_string();
    assert!(error.contains("no store path"), "{error}");
}

/// A folder with a Nix expression whose attribute `set.p` has two outputs.
fn expression(world: &World, command: &str) -> std::path::PathBuf {
    let folder = world.folder().join("nixpkgs");
    fs::create_dir_all(&folder).expect("a folder");
    let name = world.unique("built");
    let package = format!(
        "{{ set.p = derivation {{ name = \"{name}\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; \
         outputs = [ \"out\" \"lib\" ]; args = [ \"-c\" \"{command}\" ]; }}; }}"
    );
    fs::write(folder.join("default.nix"), package).expect("a file");
    let flake = "{ outputs = { self }: { legacyPackages.x86_64-linux = import ./default.nix; }; }";
    fs::write(folder.join("flake.nix"), flake).expect("a file");
    folder
}

const TWO_OUTPUTS: &str = "echo out > $out; echo lib > $lib";

fn is_built(nixpkgs: &str) {
    let wanted = ["lib", "out"].map(|output| attribute(nixpkgs, "set.p", output));
    let paths = nix_commands()
        .realise(&wanted, false)
        .expect("it can be built");
    for (path, output) in paths.iter().zip(["lib", "out"]) {
        assert_eq!(fs::read_to_string(path).expect("a file").trim(), output);
    }
}

/// By `nix build`.
pub fn an_output_of_a_flake_is_built() {
    let world = World::new();
    let folder = expression(&world, TWO_OUTPUTS);
    is_built(&format!("path:{}", folder.display()));
}

/// By `nix-build`.
pub fn an_output_of_a_file_is_built() {
    let world = World::new();
    let folder = expression(&world, TWO_OUTPUTS);
    is_built(text(&folder));
}

/// Nix's own words say what is wrong.
pub fn an_attribute_that_is_not_there_is_an_error() {
    let world = World::new();
    let folder = expression(&world, TWO_OUTPUTS);
    for nixpkgs in [text(&folder), &format!("path:{}", folder.display())] {
        for (name, output) in [("set.nothing", "out"), ("set.p", "nothing")] {
            let wanted = [attribute(nixpkgs, name, output)];
            let error = format!("{:#}", nix_commands().realise(&wanted, false).unwrap_err());
            assert!(error.contains(&format!("cannot get {name} of")), "{error}");
            assert!(
                error.contains("nothing") && error.contains("attribute"),
                "{error}"
            );
        }
    }
    for bad in ["", "--option"] {
        let wanted = [attribute(bad, "p", "out")];
        let error = format!("{:#}", nix_commands().realise(&wanted, false).unwrap_err());
        assert!(error.contains("no name of a package"), "{error}");
    }
}

/// The builder is a child of Nix, and has children of its own.
pub fn a_build_is_ended_at_the_deadline_with_all_its_processes() {
    let world = World::new();
    let [note, never] = ["pid", "never"].map(|name| world.folder().join(name));
    mkfifo(&never, Mode::S_IRWXU).expect("a pipe that nobody writes to");
    let command = format!("echo $$ > {}; read x < {}", note.display(), never.display());
    let folder = expression(&world, &command);
    let nix = nix_commands().with_deadline(Instant::now() + Duration::from_secs(5));
    let wanted = [attribute(text(&folder), "set.p", "out")];
    let error = format!("{:#}", nix.realise(&wanted, false).unwrap_err());
    assert!(error.contains("took longer than it may"), "{error}");
    let pid = fs::read_to_string(&note).expect("the builder was started");
    let process = Path::new("/proc").join(pid.trim());
    // It is the init process that takes note of its end, in its own time.
    let has_ended = |_| {
        std::thread::sleep(Duration::from_millis(50));
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        status.is_empty() || status.contains("State:\tZ")
    };
    assert!((0..200).any(has_ended), "the builder {pid} is still there");
}

/// A closure is a set.
pub fn what_two_packages_need_counts_once() {
    let world = World::new();
    let package = world.package("p", &[("a", 42)]);
    let nix = nix_commands();
    let one = nix.closure_size(slice::from_ref(&package)).expect("a size");
    let size = nix::run("nix-store", &["--query", "--size", text(&package)]);
    assert_eq!(one.to_string(), size);
    let manifest = nix.write_manifest(&world.unique("m"), slice::from_ref(&package));
    let manifest = manifest.expect("a manifest");
    let both = nix
        .closure_size(&[package, manifest.clone()])
        .expect("a size");
    let own = nix::run("nix-store", &["--query", "--size", text(&manifest)]);
    assert_eq!(both, one + own.parse::<u64>().expect("a number"));
    assert!(nix.closure_size(&["/nix/store/nothing".into()]).is_err());
    assert_eq!(nix.closure_size(&[]).expect("nothing"), 0);
}
