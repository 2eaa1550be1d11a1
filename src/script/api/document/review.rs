//! `review::…`: reviews by rule, the answers of reviewers, reports.

use rhai::plugin::*;
use rhai::{Array, Dynamic, ImmutableString, Map};

use crate::model::id::{NotAnId, PrpId};
use crate::model::prp::Prp;
use crate::review::{self, BatchReport, Finding, PrpReport, Review, RulePart, SemanticPart};

use super::{contradiction, review_facts};
use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, Fault, Thrown, invalid, native};
use crate::script::api::shape::{Kind, Shape, key};
use crate::script::api::world::surroundings;
use crate::script::value::answer::AnswerValue;
use crate::script::value::convert::data;
use crate::script::value::prp::PrpValue;

/// Makes a script value of a review by rule.
fn scored(review: &Review) -> Dynamic {
    let mut map = Map::new();
    map.insert("score".into(), review.score.into());
    map.insert("findings".into(), review.findings().map(data).collect::<Array>().into());
    map.insert("checks".into(), data(&review.checks));
    map.into()
}

fn list(values: Array) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

fn number(value: &Dynamic, what: &str) -> Result<f64, Fault> {
    let whole = value.as_int().map(|number| number as f64);
    whole.or_else(|_| value.as_float()).map_err(|_| invalid(format!("{what} is no number")).into())
}

/// Reads plain data that a script made, or read from a file.
fn typed<T: serde::de::DeserializeOwned>(value: &Dynamic, what: &str) -> Result<T, Fault> {
    // By way of JSON, where whole numbers are numbers too.
    let json = serde_json::to_value(value).and_then(serde_json::from_value);
    json.map_err(|error| invalid(format!("{what} does not have the agreed form: {error}")).into())
}

/// Returns data, or nothing for `()`.
fn part<T: serde::de::DeserializeOwned>(fields: &Fields, key: &str) -> Result<Option<T>, Fault> {
    fields.get(key).map(|value| typed(value, &format!("`{key}`"))).transpose()
}

fn answered(answer: &Dynamic) -> Result<Dynamic, Fault> {
    let answer = if let Some(answer) = answer.read_lock::<AnswerValue>() {
        // What was written to the result file counts more than what was said.
        match answer.report.result.as_ref().and_then(|result| result.pointer("/output/review")) {
            Some(review) => review::parse_value(review.clone()),
            None => review::parse_answer(&answer.report.text),
        }
    } else if let Some(text) = answer.read_lock::<ImmutableString>() {
        review::parse_answer(&text)
    } else {
        review::parse_value(typed(answer, "the answer")?)
    };
    Ok(data(&SemanticPart::from(answer)))
}

/// Options of `review::batch`.
pub(crate) const BATCH: Shape = Shape::closed(
    "review::batch",
    0,
    &[
        key("batch", Kind::Int),
        key("mode", Kind::Word(&["structural", "semantic", "full", "exe"])),
        key("min_score", Kind::Number),
        key("reviews", Kind::List(&Kind::Map)),
        key("consistency", Kind::List(&Kind::Map)),
    ],
);

fn wanted(min_score: &Dynamic) -> Result<f64, Fault> {
    if min_score.is_unit() { Ok(review::DEFAULT_MIN_SCORE) } else { number(min_score, "the wanted score") }
}

fn compared(call: &Call, prps: Array, known: Vec<PrpId>) -> Result<Array, Fault> {
    Ok(found(call, prps, known)?.1.iter().map(data).collect())
}

fn found(call: &Call, prps: Array, known: Vec<PrpId>) -> Result<(Vec<Prp>, Vec<Finding>), Fault> {
    let prps = prps.into_iter().map(|prp| prp.try_cast::<PrpValue>().map(|prp| Prp::clone(&prp.0)));
    let prps = prps.collect::<Option<Vec<_>>>().ok_or_else(|| invalid("not every element is a PRP"))?;
    let there = surroundings::Existing::new(call);
    let findings = review::consistency(&prps, &known, &|path| there.has(path));
    there.finish()?;
    Ok((prps, findings))
}

/// Reads ids that are known beside those of the project.
fn known_with(call: &Call, known: Array) -> Result<Vec<PrpId>, Fault> {
    let mut ids = surroundings::known_ids(call)?;
    for text in list(known) {
        ids.push(text.parse().map_err(|error: NotAnId| invalid(error.to_string()))?);
    }
    Ok(ids)
}

fn one(map: Map, min_score: f64) -> Result<PrpReport, Fault> {
    let fields = Fields::open("review::batch", map);
    let structural = part::<RulePart>(&fields, "structural")?;
    let semantic = part::<SemanticPart>(&fields, "semantic")?;
    let file = fields.text("file")?.unwrap_or_default();
    Ok(PrpReport::new(fields.required("prp_id")?, file, structural, semantic, min_score))
}

fn whole(options: Map) -> Result<BatchReport, Fault> {
    let fields = Fields::new(&BATCH, options)?;
    let min_score = fields.number("min_score")?.unwrap_or(review::DEFAULT_MIN_SCORE);
    let reviews = fields.get("reviews").cloned().unwrap_or_else(|| Array::new().into());
    let reviews = reviews.into_typed_array::<Map>().map_err(|_| invalid("`reviews` is not an array of maps"))?;
    let reviews = reviews.into_iter().map(|map| one(map, min_score)).collect::<Result<Vec<_>, _>>()?;
    let mode = fields.text("mode")?.unwrap_or_else(|| "structural".to_owned());
    let consistency = part::<Vec<Finding>>(&fields, "consistency")?.unwrap_or_default();
    Ok(BatchReport::new(fields.int("batch")?, mode, min_score, reviews, consistency))
}

#[export_module]
pub(crate) mod module {
    /// Scores the structure of a PRP by rule: `#{ score, findings, checks }`, the score out of 10. A finding is a map
    /// `#{ severity, category, file, line, description, suggestion }`.
    ///
    /// ```rhai
    /// let review = review::structural(prp);
    /// ```
    pub fn structural(prp: PrpValue) -> Dynamic {
        scored(&review::structural(&prp.0))
    }

    /// Returns what the reader refuses in a PRP that was selected with `lenient`, as findings. It is part of what
    /// `structural` returns.
    ///
    /// ```rhai
    /// let errors = review::refusals(prp);
    /// ```
    pub fn refusals(prp: PrpValue) -> Array {
        review::refusals(&prp.0).iter().map(data).collect()
    }

    /// Compares the PRPs of a batch with each other and returns findings. One of severity `error` is a reason not to run.
    /// Ids of PRPs in the folders of the project are known.
    ///
    /// ```rhai
    /// let errors = review::consistency(prps).filter(|finding| finding.severity == "error");
    /// ```
    #[rhai_fn(name = "consistency", return_raw)]
    pub fn consistency(context: NativeCallContext, prps: Array) -> Thrown<Array> {
        native(&context, |call| compared(call, prps, surroundings::known_ids(call)?))
    }

    /// Like `consistency` of one argument, with the ids that are known besides.
    ///
    /// ```rhai
    /// let findings = review::consistency(prps, ["PRP-46.1.1"]);
    /// ```
    #[rhai_fn(name = "consistency", return_raw)]
    pub fn consistency_known(context: NativeCallContext, prps: Array, known: Array) -> Thrown<Array> {
        native(&context, |call| compared(call, prps, known_with(call, known)?))
    }

    /// Like `consistency`, but errors are thrown, all of them with their places in the documents. Returns the other
    /// findings.
    ///
    /// ```rhai
    /// let warnings = review::require_consistency(prps, []);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn require_consistency(context: NativeCallContext, prps: Array, known: Array) -> Thrown<Array> {
        native(&context, |call| {
            let (prps, findings) = found(call, prps, known_with(call, known)?)?;
            match contradiction::error(&prps, &findings) {
                Some(error) => Err(error.into()),
                None => Ok(findings.iter().map(data).collect()),
            }
        })
    }

    /// Returns how far the changed files are from the declared ones: 0.0 is exact, above 0.15 is critical.
    ///
    /// ```rhai
    /// let drift = review::drift(prp.files, fact.files);
    /// ```
    pub fn drift(declared: Array, changed: Array) -> f64 {
        review::drift(&list(declared), &list(changed)).ratio
    }

    /// Like `drift`, with what is behind it: `#{ ratio, level, missing, extra }`.
    ///
    /// ```rhai
    /// let drift = review::drift_details(prp.files, fact.files);
    /// ```
    pub fn drift_details(declared: Array, changed: Array) -> Dynamic {
        data(&review::drift(&list(declared), &list(changed)))
    }

    /// Reviews executed work by what git shows: `fact` is an element of `git::executed` or `()`, `diff` a unified diff.
    /// Returns the same form as `structural`.
    ///
    /// ```rhai
    /// let review = review::executed(prp, fact, git::diff(prp.id, 200000));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn executed(context: NativeCallContext, prp: PrpValue, fact: Dynamic, diff: &str) -> Thrown<Dynamic> {
        native(&context, |_| Ok(scored(&review::executed(&prp.0, &review_facts::read(fact, diff)?))))
    }

    /// Judges a score out of 10: `APPROVE` from `min` on, `REJECT` more than three points below, else `NEEDS_REVISION`;
    /// a score that is `()` is `NEEDS_MANUAL_REVIEW`, and a `min` that is `()` is 7.
    ///
    /// ```rhai
    /// let word = review::verdict(8.2, args.min_score);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn verdict(context: NativeCallContext, score: Dynamic, min: Dynamic) -> Thrown<String> {
        native(&context, |_| {
            if score.is_unit() {
                return Ok(review::ReviewVerdict::NeedsManualReview.as_str().to_owned());
            }
            Ok(review::verdict(number(&score, "the score")?, wanted(&min)?).as_str().to_owned())
        })
    }

    /// Reads the answer of a reviewer, an `Answer`, a text or a map, into `#{ score, summary, findings }`. When it does
    /// not have the agreed form `score` is `()` and `reason` says why.
    ///
    /// ```rhai
    /// let semantic = review::answer(agent::run("reviewer", #{ prompt: prompt }));
    /// ```
    #[rhai_fn(name = "answer", name = "parse_answer", return_raw)]
    pub fn answer(context: NativeCallContext, answer: Dynamic) -> Thrown<Dynamic> {
        native(&context, |_| answered(&answer))
    }

    /// Puts the parts of a review together and judges them: `by_rule` from `structural` or `executed`, `by_meaning` from
    /// `answer`, either may be `()`. Returns `#{ prp_id, file, structural, semantic, score, verdict }`.
    ///
    /// ```rhai
    /// let review = review::of(prp, review::structural(prp), (), args.min_score);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn of(
        context: NativeCallContext,
        prp: PrpValue,
        by_rule: Dynamic,
        by_meaning: Dynamic,
        min_score: Dynamic,
    ) -> Thrown<Dynamic> {
        native(&context, |_| {
            let map: Map = [
                ("prp_id".into(), prp.id_text().into()),
                ("file".into(), prp.0.path.display().to_string().into()),
                ("structural".into(), by_rule),
                ("semantic".into(), by_meaning),
            ]
            .into_iter()
            .collect();
            Ok(data(&one(map, wanted(&min_score)?)?))
        })
    }

    /// Returns the JSON Schema of a reviewer's answer as text, as agents take it on their command line.
    ///
    /// ```rhai
    /// let schema = review::schema();
    /// ```
    pub fn schema() -> String {
        review::answer_schema()
    }

    /// Puts the reviews of a batch together and judges the whole: `batch`, `mode`, `min_score`, `reviews` (each from
    /// `of`) and `consistency`. Returns the form in which reports are kept, and the texts `json`, `markdown` and
    /// `annotations` (lines for GitHub).
    ///
    /// ```rhai
    /// let report = review::batch(#{ batch: 47, reviews: reviews, consistency: review::consistency(prps) });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn batch(context: NativeCallContext, options: Map) -> Thrown<Map> {
        native(&context, |_| {
            let report = whole(options)?;
            let json = serde_json::to_string_pretty(&report).map_err(|error| Fault::Bug(error.to_string()))?;
            let mut map = data(&report).try_cast::<Map>().unwrap_or_default();
            map.insert("json".into(), format!("{json}\n").into());
            map.insert("markdown".into(), review::markdown(&report).into());
            map.insert("annotations".into(), review::annotations(report.findings()).into());
            Ok(map)
        })
    }

    /// Writes a report as Markdown.
    ///
    /// ```rhai
    /// files::write("review.md", review::markdown(report));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn markdown(context: NativeCallContext, report: Dynamic) -> Thrown<String> {
        native(&context, |_| Ok(review::markdown(&typed::<BatchReport>(&report, "the report")?)))
    }

    /// Writes findings as annotations that GitHub shows beside the lines, one line each.
    ///
    /// ```rhai
    /// print(review::annotations(report.consistency));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn annotations(context: NativeCallContext, findings: Array) -> Thrown<String> {
        native(&context, |_| Ok(review::annotations(&typed::<Vec<Finding>>(&findings.into(), "the list of findings")?)))
    }
}
