// Puts the program beside this file: a copy of $BATCHPRP_BINARY where that is set, else the archive of the release of
// this version, whose address is $BATCHPRP_RELEASES or `batchprp.releases` of package.json.
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { execFileSync } = require("node:child_process");
const manifest = require("./package.json");

const TARGETS = {
  "linux x64": "x86_64-unknown-linux-gnu",
  "linux arm64": "aarch64-unknown-linux-gnu",
  "darwin x64": "x86_64-apple-darwin",
  "darwin arm64": "aarch64-apple-darwin",
};

async function main() {
  const place = path.join(__dirname, "batchprp");
  if (process.env.BATCHPRP_BINARY) {
    fs.copyFileSync(process.env.BATCHPRP_BINARY, place);
    fs.chmodSync(place, 0o755);
    return;
  }
  const target = TARGETS[`${process.platform} ${process.arch}`];
  const releases = process.env.BATCHPRP_RELEASES || (manifest.batchprp && manifest.batchprp.releases);
  if (!target || !releases) {
    throw new Error("there is no program for this machine: build it with `cargo install batchprp`");
  }
  const name = `batchprp-${target}`;
  const answer = await fetch(`${releases}/v${manifest.version}/${name}.tar.gz`);
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "batchprp-"));
  const archive = path.join(folder, "archive.tar.gz");
  fs.writeFileSync(archive, Buffer.from(await answer.arrayBuffer()));
  execFileSync("tar", ["xzf", archive, "-C", folder]);
  fs.copyFileSync(path.join(folder, name, "batchprp"), place);
  fs.chmodSync(place, 0o755);
  fs.rmSync(folder, { recursive: true });
}

main().catch((error) => {
  console.error(`batchprp is not installed: ${error.message}`);
  process.exit(1);
});
