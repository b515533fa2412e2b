//! A naive model of what the stub does about environments, written from docs/options.md (the table, the list of
//! variables) and DESIGN's rules, not from the code. It copies and searches as it likes.

/// What the stub is started with.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The arguments.
    pub argv: Vec<Vec<u8>>,
    /// The environment, entries without `=` and all.
    pub envp: Vec<Vec<u8>>,
    /// Whether the program has more rights than its caller.
    pub secure: bool,
    /// Whether the stub was started by hand, not by the kernel for a program.
    pub direct: bool,
    /// Whether the program is for musl.
    pub musl: bool,
    /// What is baked in: a loader, a library environment, and whether that has a cache.
    pub baked: (Option<Vec<u8>>, Option<Vec<u8>>, bool),
}

/// How the libraries get to the loader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Cache,
    Environment,
    Not,
}

/// What the stub has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The loaders to try.
    pub loaders: Vec<Vec<u8>>,
    /// The library path in use, as it was given, and the way.
    pub libraries: Option<(Vec<u8>, Way)>,
    /// What the loader has for its library path: the value of the last LD_LIBRARY_PATH, or of
    /// `--library-path` if it is started directly. `None` if there is none.
    pub loaders_path: Option<Vec<u8>>,
}

impl Effect {
    /// The same in the words of a loader, to which an empty variable is none, and the other separator a colon.
    pub fn normal(mut self, musl: bool) -> Self {
        let path = self.loaders_path.take().unwrap_or_default();
        let other = separators(musl)[1];
        let colons = path
            .into_iter()
            .map(|byte| if byte == other { b':' } else { byte });
        self.loaders_path = Some(colons.collect::<Vec<_>>()).filter(|path| !path.is_empty());
        self
    }
}

const DEFAULT: &[u8] = b"/run/current-system/sw/share/nix-ld/lib";
const DEFAULT_MUSL: &[u8] = b"/run/current-system/sw/share/nix-ld-musl/lib";

/// `readable` answers whether a file can be read.
pub fn effect(start: &Start, system: &str, readable: impl Fn(&[u8]) -> bool) -> Effect {
    let first = |name: String| {
        let prefix = [name.as_bytes(), b"="].concat();
        let mut values = start
            .envp
            .iter()
            .filter_map(|entry| entry.strip_prefix(&prefix[..]));
        let value = values.find(|value| !value.is_empty())?.to_vec();
        (!start.secure).then_some(value)
    };
    let (prefix, default) = if start.musl {
        ("NIX_LD_MUSL", DEFAULT_MUSL)
    } else {
        ("NIX_LD", DEFAULT)
    };
    let directories = |path: &[u8]| directories(path, start.musl);
    let (baked_loader, baked_dir, baked_cache) = start.baked.clone();

    // Empty elements mean nothing, and so a path of nothing else is an empty one.
    let path = |name: String| first(name).filter(|path| !directories(path).is_empty());
    let named = path(format!("{prefix}_LIBRARY_PATH_{system}"))
        .or_else(|| path(format!("{prefix}_LIBRARY_PATH")));
    // musl knows no cache.
    let has_cache = |dir: &[u8]| !start.musl && readable(&[dir, b"/ld.so.cache"].concat());
    let libraries = if let Some(path) = named {
        let way = match &directories(&path)[..] {
            [dir] if dir.starts_with(b"/") && has_cache(dir) => Way::Cache,
            _ => Way::Environment,
        };
        Some((path, way))
    } else if let Some(dir) = baked_dir {
        let way = if baked_cache && !start.musl && dir.starts_with(b"/") {
            Way::Cache
        } else {
            Way::Environment
        };
        Some((dir, way))
    } else if readable(default) {
        let way = if has_cache(default) {
            Way::Cache
        } else {
            Way::Environment
        };
        Some((default.to_vec(), way))
    } else {
        None
    };
    let libraries = libraries.map(|(path, way)| match way {
        Way::Environment if start.secure => (path, Way::Not),
        _ => (path, way),
    });

    let mut loaders = Vec::new();
    loaders.extend(first(format!("{prefix}_{system}")));
    loaders.extend(first(prefix.into()));
    let in_use = libraries
        .as_ref()
        .map(|(path, _)| directories(path))
        .unwrap_or_default();
    let mut environments = vec![default.to_vec()];
    if let [dir] = &in_use[..]
        && dir != default
    {
        environments.insert(0, dir.clone());
    }
    loaders.extend(
        environments
            .iter()
            .map(|dir| [dir, &b"/ld.so"[..]].concat()),
    );
    loaders.extend(baked_loader);

    // What is said already: to a loader started by hand, in its last --library-path; else in the environment,
    // of which glibc's loader takes the last, and musl's the first.
    let mut variables = start
        .envp
        .iter()
        .filter_map(|entry| entry.strip_prefix(b"LD_LIBRARY_PATH="));
    let variable = if start.musl {
        variables.next()
    } else {
        variables.next_back()
    };
    let variable = variable.map(<[u8]>::to_vec);
    let argument = if start.direct {
        library_path_argument(&start.argv, start.musl)
    } else {
        None
    };
    let loaders_path = match &libraries {
        Some((path, Way::Environment)) => {
            let user = argument.or(variable).unwrap_or_default();
            let mut parts = directories(path);
            if !user.is_empty() {
                parts.insert(0, user);
            }
            Some(parts.join(&b':'))
        }
        _ => argument.or(variable),
    };
    Effect {
        loaders,
        libraries,
        loaders_path,
    }
}

/// What stands between directories.
fn separators(musl: bool) -> [u8; 2] {
    if musl { *b":\n" } else { *b":;" }
}

/// The directories of a library path; empty elements mean nothing.
pub fn directories(path: &[u8], musl: bool) -> Vec<Vec<u8>> {
    let is_separator = |byte: &u8| separators(musl).contains(byte);
    let elements = path.split(is_separator).map(<[u8]>::to_vec);
    elements.filter(|element| !element.is_empty()).collect()
}

/// The value that the real loader takes from its command line: its flags end at the first argument that is
/// none of them.
pub fn library_path_argument(argv: &[Vec<u8>], musl: bool) -> Option<Vec<u8>> {
    let mut value = None;
    let mut rest = argv.iter().skip(1);
    while let Some(argument) = rest.next() {
        match &argument[..] {
            b"--library-path" => match rest.next() {
                Some(path) => value = Some(path.clone()),
                None => break,
            },
            b"--preload"
            | b"--argv0"
            | b"--audit"
            | b"--inhibit-rpath"
            | b"--glibc-hwcaps-mask"
            | b"--glibc-hwcaps-prepend" => {
                rest.next();
            }
            b"--" => break,
            flag if musl && flag.starts_with(b"--library-path=") => {
                value = Some(flag[b"--library-path=".len()..].to_vec());
            }
            flag if flag.starts_with(b"--") => {}
            _ => break,
        }
    }
    value
}
