//! Cycles among the phases of a plan.

use std::collections::HashMap;

use crate::model::plan::PlanPhase;
use crate::model::problem::Problem;

/// A hostile plan could have millions; these are enough to begin with.
const CYCLES: usize = 20;

/// Reports one cycle for every group of phases that wait for each other.
pub(crate) fn cycles(index: &HashMap<String, usize>, phases: &mut [PlanPhase], problems: &mut Vec<Problem>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let edge = |phases: &[PlanPhase], at: usize, next: usize| -> Option<usize> {
        index.get(&phases[at].dependencies.get(next)?.label.to_ascii_lowercase()).copied()
    };
    let mut marks = vec![Mark::New; phases.len()];
    let mut reported = 0;
    for start in 0..phases.len() {
        if marks[start] != Mark::New {
            continue;
        }
        let mut path = vec![(start, 0)];
        marks[start] = Mark::Open;
        while let Some((at, next)) = path.last_mut() {
            let (at, edge) = (*at, edge(phases, *at, *next));
            *next += 1;
            match edge {
                None => {
                    marks[at] = Mark::Done;
                    path.pop();
                }
                Some(target) if marks[target] == Mark::New => {
                    marks[target] = Mark::Open;
                    path.push((target, 0));
                }
                Some(target) if marks[target] == Mark::Open && reported < CYCLES => {
                    reported += 1;
                    let from = path.iter().position(|(at, _)| *at == target).unwrap_or_default();
                    let edges: Vec<(usize, usize)> = path[from..].iter().map(|(at, next)| (*at, next - 1)).collect();
                    problems.push(cycle(phases, &edges));
                    for (at, _) in edges {
                        phases[at].faulty = true;
                    }
                }
                Some(_) => {}
            }
        }
    }
}

/// Makes the report of a cycle; an edge is a phase and the number of its dependency.
fn cycle(phases: &[PlanPhase], edges: &[(usize, usize)]) -> Problem {
    let names: Vec<String> =
        edges.iter().chain(edges.first()).map(|(at, _)| format!("Phase {}", phases[*at].label)).collect();
    let mut problem = Problem::error("plan::cycle", format!("phases depend on each other: {}", names.join(" → ")));
    for (number, (at, next)) in edges.iter().enumerate() {
        let reference = &phases[*at].dependencies[*next];
        problem = match number {
            0 => problem.at(reference.span.clone()),
            _ => problem
                .label(reference.span.clone(), format!("Phase {} needs Phase {}", phases[*at].label, reference.label)),
        };
    }
    problem.help("remove one of these dependencies, or move the shared part into a phase of its own")
}
