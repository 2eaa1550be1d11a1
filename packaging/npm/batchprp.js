#!/usr/bin/env node
// Starts the program that install.js put beside this file, with the same arguments, streams and exit code.
const { spawnSync } = require("node:child_process");
const path = require("node:path");

const program = path.join(__dirname, "batchprp");
const ended = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (ended.error) {
  console.error(`batchprp cannot be started: ${ended.error.message}\nhelp: npm rebuild batchprp fetches it again`);
  process.exit(1);
}
if (ended.signal) {
  process.kill(process.pid, ended.signal);
} else {
  process.exit(ended.status);
}
