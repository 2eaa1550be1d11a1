//! One or more documents of each tool, as the tool writes them.

use batchprp::model::read::dialect::Format;

pub(crate) struct Fixture {
    pub(crate) format: Format,
    pub(crate) path: &'static str,
    pub(crate) text: &'static str,
    /// Documents that stand beside it.
    pub(crate) beside: &'static [(&'static str, &'static str)],
    pub(crate) title: &'static str,
    pub(crate) id: Option<&'static str>,
    pub(crate) items: &'static [&'static str],
    pub(crate) problems: &'static [&'static str],
    /// Label of an item that is marked as done, and the places that change by it.
    pub(crate) marked: &'static str,
    pub(crate) changes: &'static [&'static str],
}

pub(crate) const FIXTURES: &[Fixture] = &[
    Fixture {
        format: Format::SpecKit,
        path: "specs/001-login/tasks.md",
        text: "---\ndescription: \"Task list\"\n---\n\n# Tasks: Login\n\n**Input**: Design documents from `/specs/001-login/`\n\n\
## Format: `[ID] [P?] [Story] Description`\n\n- **[P]**: Can run in parallel\n\n\
## Phase 1: Setup (Shared Infrastructure)\n\n**Purpose**: Start the project\n\n\
- [X] T001 Create the project structure\n- [x] T002 [P] Configure linting in pyproject.toml\n\n---\n\n\
## Phase 2: Foundational (Blocking Prerequisites)\n\n- [ ] T003 Create the schema in src/db/schema.py\n\n**Checkpoint**: ready\n\n\
## Phase 3: User Story 1 - Sign in (Priority: P1) 🎯 MVP\n\n**Goal**: People sign in\n\n### Tests for User Story 1\n\n\
- [ ] T004 [P] [US1] Contract test in tests/test_login.py\n\n### Implementation for User Story 1\n\n\
- [ ] T005 [US1] Service in src/login.py (depends on T003, T004)\n\n\
## Phase 4: User Story 2 - Sign out (Priority: P2)\n\n- [ ] T006 [US2] Route in src/logout.py\n\n\
## Phase N: Polish\n\n- [ ] T007 Docs in docs/login.md\n\n\
## Dependencies & Execution Order\n\n- **Setup (Phase 1)**: No dependencies\n- User stories can then proceed in parallel\n",
        beside: &[("specs/001-login/spec.md", "# Spec"), ("specs/001-login/plan.md", "# Plan")],
        title: "Login",
        id: None,
        items: &[
            "[x] 13:1 Setup (Shared Infrastructure) (\
[x] 17:T001 Create the project structure; [x] 18:T002 Configure linting in pyproject.toml)",
            "[ ] 22:2 Foundational (Blocking Prerequisites) <- 1 {src/db/schema.py} (\
[ ] 24:T003 Create the schema in src/db/schema.py {src/db/schema.py})",
            "[ ] 28:3 User Story 1 - Sign in (Priority: P1) <- 2 {tests/test_login.py,src/login.py} (\
[ ] 34:T004 Contract test in tests/test_login.py {tests/test_login.py}; \
[ ] 38:T005 Service in src/login.py (depends on T003, T004) <- T003,T004 {src/login.py})",
            "[ ] 40:4 User Story 2 - Sign out (Priority: P2) <- 2 {src/logout.py} (\
[ ] 42:T006 Route in src/logout.py {src/logout.py})",
            "[ ] 44:N Polish <- 3,4 {docs/login.md} ([ ] 46:T007 Docs in docs/login.md {docs/login.md})",
        ],
        problems: &["format::not_said"],
        marked: "3",
        changes: &[" →x", " →x"],
    },
    Fixture {
        format: Format::SpecKit,
        path: "tasks.md",
        text: "# Tasks: Export\n\n## Phase 3.1: Setup\n- [ ] T001 Start\n- [ ] T002 [P] Lint\n\n## Phase 3.2: Core\n- [ ] T003 Write `src/export.rs`\n",
        beside: &[],
        title: "Export",
        id: None,
        items: &[
            "[ ] 3:3.1 Setup ([ ] 4:T001 Start; [ ] 5:T002 Lint)",
            "[ ] 7:3.2 Core <- 3.1 {src/export.rs} ([ ] 8:T003 Write src/export.rs {src/export.rs})",
        ],
        problems: &["format::not_said"],
        marked: "3.1",
        changes: &[" →x", " →x"],
    },
    Fixture {
        format: Format::Kiro,
        path: ".kiro/specs/login/tasks.md",
        text: "# Implementation Plan\n\n- [x] 1. Set up the project\n  - Create folders\n  - _Requirements: 1.1_\n\n\
- [ ] 2. Data models\n- [x] 2.1 User in `src/user.ts`\n  - Write the model\n  - _Requirements: 2.1, 2.2_\n\n- [ ] 2.2 Session\n  - Expire it\n\n\
- [ ]* 2.3 Unit tests for the models\n  - _Requirements: 2.3_\n\n- [ ] 3. Wire it together\n  - _Requirements: 3.1_\n",
        beside: &[(".kiro/specs/login/requirements.md", "# R"), (".kiro/specs/login/design.md", "# D")],
        title: "Implementation Plan",
        id: None,
        items: &[
            "[x] 3:1 Set up the project",
            "[ ] 7:2 Data models <- 1 {src/user.ts} ([x] 8:2.1 User in src/user.ts {src/user.ts}; [ ] 12:2.2 Session; [ ] 15:2.3* Unit tests for the models)",
            "[ ] 18:3 Wire it together <- 2",
        ],
        problems: &["format::not_said"],
        marked: "2",
        changes: &[" →x", " →x", " →x"],
    },
    Fixture {
        format: Format::OpenSpec,
        path: "openspec/changes/add-login/tasks.md",
        text: "## 1. Schema\n- [x] 1.1 Create `db/schema.sql`\n- [x] 1.2 Seed it\n\n## 2. Server\n\nKeep the old route.\n\n- [ ] 2.1 Route in src/login.ts\n- [ ] 2.2 Tests\n  - [ ] 2.2.1 happy path\n",
        beside: &[("openspec/changes/add-login/proposal.md", "# P")],
        title: "add-login",
        id: None,
        items: &[
            "[x] 1:1 Schema {db/schema.sql} ([x] 2:1.1 Create db/schema.sql {db/schema.sql}; [x] 3:1.2 Seed it)",
            "[ ] 5:2 Server <- 1 {src/login.ts} ([ ] 9:2.1 Route in src/login.ts {src/login.ts}; [ ] 10:2.2 Tests ([ ] 11:2.2.1 happy path))",
        ],
        problems: &["format::not_said"],
        marked: "2",
        changes: &[" →x", " →x", " →x"],
    },
    Fixture {
        format: Format::Taskmaster,
        path: ".taskmaster/tasks/tasks.json",
        text: "{\n  \"master\": {\n    \"tasks\": [\n      {\n        \"id\": 1,\n        \"title\": \"Schema\",\n        \"description\": \"Make `db/schema.sql`.\",\n        \"status\": \"done\",\n        \"dependencies\": [],\n        \"subtasks\": []\n      },\n      {\"id\": 2, \"title\": \"Server \\\"v2\\\"\", \"status\":   \"pending\", \"dependencies\": [1], \"testStrategy\": \"Call it.\",\n       \"subtasks\": [{\"id\": 1, \"title\": \"Route\", \"status\": \"done\"}, {\"id\": 2, \"title\": \"Tests\", \"dependencies\": [1], \"status\": \"in-progress\"}]},\n      {\"id\": 3, \"title\": \"Later\", \"status\": \"deferred\", \"dependencies\": [\"2.1\"]}\n    ],\n    \"metadata\": {\"created\": \"2026-01-01\"}\n  },\n  \"other\": {\"tasks\": []}\n}\n",
        beside: &[(".taskmaster/state.json", "{\"currentTag\": \"master\"}")],
        title: "Tasks (master)",
        id: None,
        items: &[
            "[x] 4:1 Schema {db/schema.sql}",
            "[ ] 12:2 Server \"v2\" <- 1 ([x] 13:2.1 Route; [ ] 13:2.2 Tests <- 1)",
            "[ ] 14:3* Later <- 2",
        ],
        problems: &["format::not_said"],
        marked: "2",
        changes: &["pending→done", "in-progress→done"],
    },
    Fixture {
        format: Format::Gsd,
        path: ".planning/phases/02-login/02-01-PLAN.md",
        text: "---\nphase: 02-login\nplan: 01\ntype: execute\nwave: 1\ndepends_on: []\nfiles_modified: [src/login.ts]\nautonomous: true\n---\n\n<objective>\nPeople can sign in.\n</objective>\n\n<tasks>\n\n<task type=\"auto\">\n  <name>Task 1: Write the route</name>\n  <files>src/login.ts, src/session.ts</files>\n  <action>Write it.</action>\n  <verify><automated>npm test</automated></verify>\n  <done>It answers.</done>\n</task>\n\n<task type=\"checkpoint:human-verify\" gate=\"blocking\">\n  <name>Look at it</name>\n</task>\n\n</tasks>\n",
        beside: &[(
            ".planning/ROADMAP.md",
            "# Roadmap\n\n- [ ] **Phase 2: Login**\n  - [ ] 02-01-PLAN.md — sign in\n  - [ ] 02-02-PLAN.md — sign out\n",
        )],
        title: "People can sign in.",
        id: Some("02-01"),
        items: &["[ ] 17:1 Write the route {src/login.ts,src/session.ts}", "[ ] 25:2* Look at it"],
        problems: &["format::for_a_person"],
        marked: "02-01",
        changes: &[" →x"],
    },
    Fixture {
        format: Format::Bmad,
        path: "docs/stories/1.2.login.md",
        text: "# Story 1.2: Sign in\n\n## Status\nApproved\n\n## Story\n**As a** user,\n**I want** to sign in\n\n## Acceptance Criteria\n1. It works.\n\n## Tasks / Subtasks\n- [ ] Task 1: Form (AC: 1)\n  - [ ] Subtask 1.1: Draw `src/form.tsx`\n  - [x] Subtask 1.2: Check it\n- [x] Task 2: Session\n\n## Dev Notes\nKeep it small.\n",
        beside: &[],
        title: "Sign in",
        id: Some("1.2"),
        items: &[
            "[ ] 14:1 Form (AC: 1) {src/form.tsx} ([ ] 15:1.1 Draw src/form.tsx {src/form.tsx}; [x] 16:1.2 Check it)",
            "[x] 17:2 Session",
        ],
        problems: &["format::not_said"],
        marked: "1.2",
        changes: &["Approved→Done", " →x", " →x"],
    },
    Fixture {
        format: Format::Superpowers,
        path: "docs/plans/2026-01-02-login.md",
        text: "# Login Implementation Plan\n\n> **For Claude:** REQUIRED SUB-SKILL: Use superpowers:executing-plans to implement this plan task-by-task.\n\n**Goal:** Sign in.\n\n**Architecture:** One route.\n\n**Tech Stack:** Rust\n\n---\n\n### Task 1: Route\n\n**Files:**\n- Create: `src/login.rs`\n- Modify: `src/main.rs:10-20`\n- Test: `tests/login.rs`\n\n- [ ] **Step 1: Write the failing test**\n\n```rust\n- [ ] no\n```\n\n- [ ] **Step 2: Run it**\n\nRun: `cargo test`\n\n### Task 2: Session\n\n**Files:**\n- Create: `src/session.rs`\n\n**Step 1: Write it**\n\nText.\n\n**Step 2: Commit**\n",
        beside: &[],
        title: "Login",
        id: None,
        items: &[
            "[ ] 13:1 Route {src/login.rs,src/main.rs,tests/login.rs} ([ ] 20:1 Write the failing test; [ ] 26:2 Run it)",
            "[ ] 30:2 Session <- 1 {src/session.rs} ([ ] 35:1 Write it; [ ] 39:2 Commit)",
        ],
        problems: &["format::not_said"],
        marked: "1",
        changes: &[" →x", " →x"],
    },
    Fixture {
        format: Format::Ralphex,
        path: "docs/plans/login.md",
        text: "# Plan: Login\n\n## Overview\nSign in.\n\n## Validation Commands\n- `go test ./...`\n- `golangci-lint run`\n\n## Tasks\n\n### Task 1: Route\n- [x] write `login.go`\n- [x] test it\n\n### Task 2: Session\n- [ ] write `session.go`\n- [ ] test it\n",
        beside: &[],
        title: "Login",
        id: None,
        items: &[
            "[x] 12:1 Route {login.go} ([x] 13:1 write login.go {login.go}; [x] 14:2 test it)",
            "[ ] 16:2 Session <- 1 {session.go} ([ ] 17:1 write session.go {session.go}; [ ] 18:2 test it)",
        ],
        problems: &[],
        marked: "2",
        changes: &[" →x", " →x"],
    },
    Fixture {
        format: Format::ClassicPrp,
        path: "PRPs/login.md",
        text: "name: \"Login\"\ndescription: |\n\n## Goal\nSign in.\n\n## Why\n- needed\n\n## What\nA form.\n\n## All Needed Context\nNone.\n\n## Implementation Blueprint\n\n### list of tasks\n```yaml\nTask 1:\nCREATE src/login.py:\n  - MIRROR pattern from: src/form.py\n\nTask 2: MODIFY src/main.py\n  - ADD the route\n```\n\n## Validation Loop\n\n### Level 1: Syntax & Style\n```bash\nruff check .\n```\n",
        beside: &[],
        title: "Login",
        id: None,
        items: &[
            "[ ] 20:1 CREATE src/login.py {src/login.py,src/form.py}",
            "[ ] 24:2 MODIFY src/main.py {src/main.py}",
        ],
        problems: &["prp::step_headings"],
        marked: "",
        changes: &[],
    },
    Fixture {
        format: Format::Checklist,
        path: "TODO.md",
        text: "# To do\n\n## Now\n- [x] Write the schema\n- [ ] Write the server\n  - [ ] route in src/route.ts\n  - [ ] tests\n\n## Later\n* [ ] Write the docs\n",
        beside: &[],
        title: "To do",
        id: None,
        items: &[
            "[x] 4:1 Write the schema",
            "[ ] 5:2 Write the server <- 1 {src/route.ts} ([ ] 6:2.1 route in src/route.ts {src/route.ts}; [ ] 7:2.2 tests)",
            "[ ] 10:3 Write the docs <- 2",
        ],
        problems: &["format::not_said"],
        marked: "2",
        changes: &[" →x", " →x", " →x"],
    },
];
