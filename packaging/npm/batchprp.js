#!/usr/bin/env node
// Starts the program that install.js put beside this file, with the same arguments, streams and exit code.
const { spawn } = require("node:child_process");
const path = require("node:path");

const child = spawn(path.join(__dirname, "batchprp"), process.argv.slice(2), { stdio: "inherit" });
// A terminal sends these to the program, too, which tidies up and ends; the second one would end it at once.
for (const signal of ["SIGINT", "SIGQUIT", "SIGHUP"]) process.on(signal, () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("error", (error) => {
  console.error(`batchprp cannot be started: ${error.message}\nhelp: npm rebuild batchprp fetches it again`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
