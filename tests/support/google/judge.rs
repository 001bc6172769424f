//! The judge: Google's own discovery document, as its Python client brings it. It says which methods there are, who may
//! call them, and what of a request or a reply is not in the document. It knows nothing of what the fake holds.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use super::fields::Selector;
use super::http::{Reply, Request};
use super::schema::{Breach, Schemas};
use crate::support::planning;

/// What the addresses of all methods begin with.
pub(super) const ROOT: &str = "/calendar/v3/";

/// One method of the API.
#[derive(Debug)]
pub(super) struct Method {
    pub(super) id: String,
    verb: String,
    template: Vec<String>,
    parameters: BTreeMap<String, Value>,
    request: Option<Value>,
    response: Option<Value>,
    pub(super) scopes: Vec<String>,
}

/// The document, taken apart.
#[derive(Debug)]
pub(super) struct Judge {
    methods: Vec<Method>,
    schemas: Schemas,
}

impl Judge {
    /// The judge of the document in the tests' Python; there must be one.
    pub(super) fn get() -> &'static Self {
        static JUDGE: OnceLock<Judge> = OnceLock::new();
        JUDGE.get_or_init(|| {
            const WHERE: &str = "from importlib.util import find_spec as f; from pathlib import Path as P; \
                print(P(f('googleapiclient').origin).parent / 'discovery_cache/documents/calendar.v3.json')";
            let python = planning::python()
                .expect("no Python with google-api-python-client: tests/run makes tests/.venv, or set SEAWALL_PYTHON");
            let output = Command::new(python).args(["-c", WHERE]).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let path = String::from_utf8(output.stdout).unwrap();
            let text = std::fs::read(path.trim_end()).unwrap_or_else(|error| panic!("{path}: {error}"));
            Self::new(&serde_json::from_slice(&text).unwrap())
        })
    }

    fn new(document: &Value) -> Self {
        let mut methods = Vec::new();
        for resource in document["resources"].as_object().into_iter().flatten().map(|(_, resource)| resource) {
            for method in resource["methods"].as_object().into_iter().flatten().map(|(_, method)| method) {
                let text = |name: &str| method[name].as_str().unwrap().to_owned();
                let common = document["parameters"].as_object().into_iter().flatten();
                let own = method["parameters"].as_object().into_iter().flatten();
                methods.push(Method {
                    id: text("id"),
                    verb: text("httpMethod"),
                    template: text("path").split('/').map(str::to_owned).collect(),
                    parameters: common.chain(own).map(|(name, value)| (name.clone(), value.clone())).collect(),
                    request: method.get("request").cloned(),
                    response: method.get("response").cloned(),
                    scopes: method["scopes"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_str)
                        .map(str::to_owned)
                        .collect(),
                });
            }
        }
        assert!(
            methods.iter().any(|method| method.id == "calendar.events.list"),
            "no discovery document of the calendar"
        );
        Self { methods, schemas: Schemas::new(&document["schemas"]) }
    }

    /// The method behind an address, with the parameters of its path.
    pub(super) fn method(&self, request: &Request) -> Option<(&Method, BTreeMap<String, String>)> {
        let path: Vec<&str> = request.path.strip_prefix(ROOT)?.split('/').collect();
        self.methods
            .iter()
            .filter(|method| method.verb == request.method)
            .find_map(|method| Some((method, fit(&method.template, &path)?)))
    }

    /// What of a request is not in the document.
    pub(super) fn request(&self, method: &Method, request: &Request) -> Vec<Breach> {
        let mut breaches = Vec::new();
        let mut seen = BTreeMap::new();
        for (name, value) in &request.query {
            let Some(parameter) = method.parameters.get(name).filter(|parameter| parameter["location"] == "query")
            else {
                breaches.push(Breach::unknown(name, "parameter"));
                continue;
            };
            *seen.entry(name).or_insert(0) += 1;
            if seen[name] > 1 && parameter["repeated"] != true {
                breaches.push(Breach::wrong(name, "is there twice"));
            }
            Schemas::parameter(parameter, value, name, &mut breaches);
        }
        match (&method.request, request.body.is_empty()) {
            (None, true) => {}
            (None, false) => breaches.push(Breach::wrong("body", "there must be none")),
            (Some(schema), _) => {
                if !request.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
                    breaches.push(Breach::wrong("content-type", "is not application/json"));
                }
                let patch = method.verb == "PATCH";
                self.schemas.body(schema, &request.json(), patch, &method.id, &mut breaches);
            }
        }
        breaches
    }

    /// What of a reply is not in the document.
    pub(super) fn reply(&self, method: &Method, reply: &Reply) -> Vec<Breach> {
        let mut breaches = Vec::new();
        match (&method.response, &reply.body) {
            (Some(schema), Some(body)) => self.schemas.body(schema, body, false, "", &mut breaches),
            (None, None) => {}
            (Some(_), None) => breaches.push(Breach::wrong("body", "there is none")),
            (None, Some(_)) => breaches.push(Breach::wrong("body", "there must be none")),
        }
        breaches
    }

    /// The first field that a selector names and the method's reply can't have.
    pub(super) fn unknown_field(&self, method: &Method, selector: &Selector) -> Option<String> {
        self.schemas.unknown_field(method.response.as_ref()?, selector)
    }
}

/// The parameters of a path, where it has the form of the template.
fn fit(template: &[String], path: &[&str]) -> Option<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    if template.len() != path.len() {
        return None;
    }
    for (part, segment) in template.iter().zip(path) {
        if let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            let value = percent_encoding::percent_decode_str(segment).decode_utf8().ok()?;
            found.insert(name.to_owned(), value.into_owned());
        } else if part != segment {
            return None;
        }
    }
    (!found.values().any(String::is_empty)).then_some(found)
}
