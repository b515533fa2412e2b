//! Providers for programs; docs/locate-json.md describes them.

use serde_json::{Value, json};

use super::{Provider, Source};

impl Provider {
    /// This provider as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "name": self.name(),
            "attribute": self.attribute,
            "output": self.output,
            "top_level": self.top_level,
            "store_path": self.store_path.display().to_string(),
            "path": self.path,
            "versions": self.versions,
            "source": match self.source {
                Source::Nixpkgs => "nixpkgs",
                Source::Local => "local",
            },
        })
    }
}
