//! The plans of programs, each decided once.

use std::ffi::OsString;
use std::sync::Arc;

use anyhow::Result;
use loader_stub::c_library::CLibrary;

use super::Explainer;
use crate::elf::Architecture;
use crate::explain::pin::Pin;
use crate::explain::{Plan, interpreter};

impl Explainer<'_> {
    /// The plan for programs that name this loader.
    pub(super) fn plan(
        &self,
        architecture: &'static Architecture,
        interpreter: Option<&OsString>,
        c_library: CLibrary,
        is_secure: bool,
        pin: Pin,
    ) -> Result<Arc<Plan>> {
        if let Some(plan) = Plan::without_the_stub(architecture, interpreter, self.settings) {
            return Ok(Arc::new(plan));
        }
        let is_musl = c_library == CLibrary::Musl;
        let (pin, not_used) = match pin {
            Pin::None => (None, None),
            Pin::Used(pin) => (Some(pin), None),
            Pin::NotUsed(refused) => (None, Some(refused)),
        };
        let key = (architecture.nix_system, is_musl, is_secure, pin.clone());
        let known = self.plans.borrow().get(&key).cloned();
        let plan = match known {
            Some(plan) => plan,
            None => {
                let settings = self.settings;
                let pin = pin.as_deref();
                let plan = Plan::of_the_stub(architecture, c_library, is_secure, pin, settings);
                Arc::new(plan?)
            }
        };
        self.plans.borrow_mut().insert(key, Arc::clone(&plan));
        let missing_interpreter = interpreter::missing(architecture, interpreter);
        if missing_interpreter.is_none() && not_used.is_none() {
            return Ok(plan);
        }
        Ok(Arc::new(Plan {
            missing_interpreter,
            pin_not_used: not_used,
            ..Plan::clone(&plan)
        }))
    }
}
