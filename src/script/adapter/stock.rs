//! Agents that are known to speak the Agent Client Protocol, and how each of them is started.

use crate::model::agent::sign_in;

/// What is known of one agent.
#[derive(Clone, Copy, Debug, Default)]
pub struct StockAgent {
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    pub argv: &'static [&'static str],
    /// Variables that it needs from the user.
    pub env: &'static [&'static str],
    /// Where it keeps sessions and logins, as in `ADAPTER.state` of an adapter.
    pub state: &'static [&'static str],
    /// Variables that are set for it.
    pub set: &'static [(&'static str, &'static str)],
    /// Mode for roles that edit, and for those that only read; by default it asks before it acts.
    pub mode: Option<&'static str>,
    pub reading_mode: Option<&'static str>,
    /// The method to sign in by where a variable is set.
    pub auth: &'static [(&'static str, &'static str)],
    /// How a person signs in.
    pub sign_in: &'static str,
    /// Arguments that are added where a variable is set.
    pub key_args: &'static [(&'static str, &'static [&'static str])],
    /// The flag that names the model, for those that take none later than at their start.
    pub model_flag: Option<&'static str>,
    /// The set-up that the adapter script has for it.
    pub set_up: &'static str,
    /// It tells the tokens of its last answer as if they were those of all: they are left out.
    pub miscounts: bool,
    /// It cannot go on with a session of an earlier process, whatever it says.
    pub forgets: bool,
}

const NONE: StockAgent = StockAgent {
    name: "",
    about: "",
    argv: &[],
    env: &[],
    state: &[],
    set: &[],
    mode: None,
    reading_mode: None,
    auth: &[],
    sign_in: "",
    key_args: &[],
    model_flag: None,
    set_up: "",
    miscounts: false,
    forgets: false,
};

/// All of them, by name.
pub const STOCK: [StockAgent; 10] = [
    StockAgent {
        name: "auggie",
        about: "Auggie (npm @augmentcode/auggie)",
        argv: &["auggie", "--acp"],
        env: &["AUGMENT_API_TOKEN", "AUGMENT_API_URL", "AUGMENT_SESSION_AUTH"],
        state: &[".augment/"],
        sign_in: "`auggie login`",
        ..NONE
    },
    StockAgent {
        name: "claude-agent-acp",
        about: "Claude Code behind its wrapper (npm @agentclientprotocol/claude-agent-acp)",
        argv: &["claude-agent-acp"],
        env: &[
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_AUTH_TOKEN",
            "ANTHROPIC_BASE_URL",
            "CLAUDE_CODE_OAUTH_TOKEN",
            "CLAUDE_CONFIG_DIR",
            "CLAUDE_CODE_USE_BEDROCK",
            "CLAUDE_CODE_USE_VERTEX",
        ],
        set: &[("DISABLE_AUTOUPDATER", "1"), ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")],
        state: &["${CLAUDE_CONFIG_DIR:-.claude}/", ".claude.json", ".cache/claude-cli-nodejs/"],
        sign_in: sign_in::CLAUDE,
        ..NONE
    },
    StockAgent {
        name: "cline",
        about: "Cline (npm cline)",
        argv: &["cline", "--acp"],
        env: &["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY", "GEMINI_API_KEY"],
        state: &[".cline/"],
        sign_in: "`cline auth`",
        ..NONE
    },
    StockAgent {
        name: "codex-acp",
        about: "Codex behind its wrapper (npm @zed-industries/codex-acp)",
        argv: &["codex-acp"],
        env: &["OPENAI_API_KEY", "CODEX_API_KEY", "OPENAI_BASE_URL", "CODEX_HOME"],
        mode: Some("auto"),
        reading_mode: Some("read-only"),
        auth: &[("OPENAI_API_KEY", "openai-api-key"), ("CODEX_API_KEY", "codex-api-key")],
        state: &["${CODEX_HOME:-.codex}/"],
        sign_in: sign_in::CODEX,
        ..NONE
    },
    StockAgent {
        name: "copilot",
        about: "GitHub Copilot CLI (npm @github/copilot)",
        argv: &["copilot", "--acp"],
        env: &["COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN", "COPILOT_*"],
        state: &[".copilot/"],
        sign_in: "start `copilot` once and use `/login`, or set COPILOT_GITHUB_TOKEN",
        ..NONE
    },
    StockAgent {
        name: "gemini-acp",
        about: "Gemini CLI over ACP (npm @google/gemini-cli)",
        argv: &["gemini", "--acp"],
        env: &[
            "GEMINI_API_KEY",
            "GOOGLE_API_KEY",
            "GOOGLE_GEMINI_BASE_URL",
            "GOOGLE_CLOUD_PROJECT",
            "GOOGLE_CLOUD_LOCATION",
            "GOOGLE_GENAI_USE_VERTEXAI",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "GEMINI_CLI_HOME",
        ],
        auth: &[("GEMINI_API_KEY", "gemini-api-key"), ("GOOGLE_GENAI_USE_VERTEXAI", "vertex-ai")],
        state: &[".gemini/"],
        sign_in: sign_in::GEMINI,
        set_up: "gemini",
        forgets: true,
        ..NONE
    },
    StockAgent {
        name: "goose",
        about: "goose (https://block.github.io/goose)",
        argv: &["goose", "acp"],
        env: &["GOOSE_*", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY", "GOOGLE_API_KEY"],
        // In its own default mode it acts without asking.
        set: &[("GOOSE_MODE", "approve")],
        state: &[
            "${XDG_CONFIG_HOME:-.config}/goose/",
            "${XDG_DATA_HOME:-.local/share}/goose/",
            "${XDG_STATE_HOME:-.local/state}/goose/",
            "${XDG_CACHE_HOME:-.cache}/goose/",
        ],
        sign_in: "`goose configure`",
        ..NONE
    },
    StockAgent {
        name: "kilo",
        about: "Kilo Code (npm @kilocode/cli)",
        argv: &["kilo", "acp"],
        env: &["KILO_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY"],
        state: &[
            ".kilocode/",
            "${XDG_CONFIG_HOME:-.config}/kilo/",
            "${XDG_DATA_HOME:-.local/share}/kilo/",
            "${XDG_STATE_HOME:-.local/state}/kilo/",
            "${XDG_CACHE_HOME:-.cache}/kilo/",
        ],
        sign_in: "`kilo auth login`",
        ..NONE
    },
    StockAgent {
        name: "opencode-acp",
        about: "opencode over ACP (npm opencode-ai)",
        argv: &["opencode", "acp"],
        env: &[
            "OPENCODE_CONFIG",
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_BASE_URL",
            "OPENAI_API_KEY",
            "OPENAI_BASE_URL",
            "GEMINI_API_KEY",
            "OPENROUTER_API_KEY",
        ],
        state: &[
            "${XDG_CONFIG_HOME:-.config}/opencode/",
            "${XDG_DATA_HOME:-.local/share}/opencode/",
            "${XDG_STATE_HOME:-.local/state}/opencode/",
            "${XDG_CACHE_HOME:-.cache}/opencode/",
        ],
        sign_in: sign_in::OPENCODE,
        set_up: "opencode",
        miscounts: true,
        ..NONE
    },
    StockAgent {
        name: "qwen-acp",
        about: "Qwen Code over ACP (npm @qwen-code/qwen-code)",
        argv: &["qwen", "--acp"],
        env: &["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DASHSCOPE_API_KEY"],
        // In its own default mode a model is asked each time whether a command is safe.
        mode: Some("default"),
        reading_mode: Some("default"),
        auth: &[("OPENAI_API_KEY", "openai")],
        key_args: &[("OPENAI_API_KEY", &["--auth-type", "openai"])],
        model_flag: Some("-m"),
        state: &[".qwen/"],
        sign_in: sign_in::QWEN,
        set_up: "qwen",
        ..NONE
    },
];

/// Returns what is known of an agent.
pub fn stock(name: &str) -> Option<&'static StockAgent> {
    STOCK.iter().find(|agent| agent.name == name)
}
