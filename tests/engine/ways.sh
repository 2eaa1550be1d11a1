# Ways out of the sandbox, tried one after the other; each says whether it worked. `$1` says who tries.
can() { name=$1; shift; if "$@" > /dev/null 2>&1; then echo "$name yes"; else echo "$name no"; fi; }
within() { unshare -Urm sh -c "$1"; }
git="git -c user.name=a -c user.email=a@b"
bare="git --git-dir=$REPO/.git"

# What has to work.
can workspace touch inside."$1"
can history git log --oneline
can commit $git commit -q --allow-empty -m "by the $1"
can temporary sh -c 'echo x > "$TMPDIR/private" && echo x > /tmp/private-'"$MARK"
can cache sh -c 'mkdir -p "$HOME/.cache/pip" && echo x > "$HOME/.cache/pip/poison"'
can warm-cache cat "$HOME/.cache/browsers/program"
can device sh -c 'echo x > /dev/null'
can allowed touch "$HOME/allowed/by-$1"
can own-state touch "$HOME/.claude/by-$1"

# The project.
can checkout touch "$REPO/README.md"
can planted touch "$REPO/planted"
can git-config sh -c 'echo >> "$REPO/.git/config"'
can git-hook touch "$REPO/.git/hooks/post-commit"
can git-ref $bare update-ref refs/heads/planted HEAD
can git-batch git push -q -f "$REPO" HEAD:refs/heads/prp-47
can git-main git push -q -f "$REPO" HEAD:refs/heads/main
can git-note $bare notes --ref=batchprp add -f -m '{}' main
can git-object sh -c "echo x | $bare hash-object -w --stdin"
can git-alternates sh -c 'echo /tmp >> "$REPO/.git/objects/info/alternates"'
can git-index touch "$REPO/.git/index.lock"
can git-worktree $bare worktree add -q /tmp/linked main
can git-prune $bare gc -q --prune=now
can hard-link sh -c 'ln "$REPO/.git/config" linked && echo >> linked'
can link-write sh -c 'ln -sf "$REPO/README.md" link && echo planted > link'
can rename mv "$REPO/README.md" "$REPO/OTHER.md"
can mode chmod 777 "$REPO/.git"
can times touch -d 2001-01-01 "$REPO/README.md"
can program sh -c 'echo x >> "$PROGRAM"'
can tools touch "$TOOLS/planted"
can etc touch /etc/planted-by-batchprp-test
can ld-preload sh -c 'echo /tmp/x.so > /etc/ld.so.preload'

# What is kept of other items, and the key of seals.
can records ls "$REPO/.git/batchprp/workspaces"
can seal cat "$REPO/.git/batchprp/seal.key"
can merges sh -c 'echo x >> "$REPO/.git/batchprp/merges"'
can beside ls "$PWD/../beside"
can beside-write sh -c 'mkdir -p "$PWD/../beside" && test -e "$PWD/../beside/precious"'
can journal sh -c 'cat "$REPO"/.ce/tmp/runs/*/events.jsonl'
can others-call sh -c 'cat "$REPO"/.ce/tmp/calls/*'

# The user.
for secret in .ssh/id .aws/credentials .config/gcloud/key .config/gh/hosts.yml .kube/config .docker/config.json \
    .gnupg/key .netrc .npmrc .pypirc .git-credentials .config/git/credentials .cargo/credentials.toml .bash_history; do
    can "$secret" grep -q secret "$HOME/$secret"
done
can linked-secret grep -q secret "$HOME/elsewhere/azure"
can shadow grep -q . /etc/shadow
can profile sh -c 'echo planted >> "$HOME/.bashrc"'
can git-of-user sh -c 'echo planted >> "$HOME/.config/git/config"'
can autostart sh -c 'mkdir -p "$HOME/.config/autostart" && echo x > "$HOME/.config/autostart/x.desktop"'
can unit sh -c 'mkdir -p "$HOME/.config/systemd/user" && echo x > "$HOME/.config/systemd/user/x.service"'
can path-program sh -c 'mkdir -p "$HOME/.local/bin" && echo x > "$HOME/.local/bin/git"'
can authorized sh -c 'mkdir -p "$HOME/.ssh" && echo x >> "$HOME/.ssh/authorized_keys" && test -e "$HOME/.ssh/id"'
can environment sh -c 'env | grep -q hunter2'
can key-agent test -S "$SOCKET"
can services sh -c 'ls /run/*.sock /run/docker.sock /run/user/*/bus'

# Out of the walls, also as root.
can remount mount -o remount,rw /
can remount-bind mount -o remount,bind,rw /
can over mount --bind "$PWD" "$REPO"
can remount-within within 'mount -o remount,bind,rw / && touch "$REPO/planted"'
can rebind-within within 'mount --rbind / /mnt && mount -o remount,bind,rw /mnt && touch "/mnt$REPO/planted"'
can uncover umount "$REPO/.git/batchprp"
can uncover-within within 'umount "$REPO/.git/batchprp" && cat "$REPO/.git/batchprp/seal.key"'
can uncover-ssh-within within 'umount "$HOME/.ssh" && cat "$HOME/.ssh/id"'
can disk sh -c 'mknod disk b 254 0 && head -c 1 disk'
can memory mknod /tmp/mem c 1 1
can core-pattern sh -c 'p=$(cat /proc/sys/kernel/core_pattern) && echo "$p" > /proc/sys/kernel/core_pattern'
can sysrq sh -c ': >> /proc/sysrq-trigger'
can kernel-memory head -c 1 /proc/kcore
can kernel-keys sh -c 'test -s /proc/keys && cat /proc/keys | grep -q .'
can hostname hostname planted
can cgroup sh -c 'mkdir /sys/fs/cgroup/planted || mkdir /sys/fs/cgroup/*/planted'
can module sh -c 'echo x > /sys/kernel/uevent_helper'
can enter nsenter -t "$ORCHESTRATOR" -m true
can enter-first nsenter -t 1 -m touch "$REPO/planted"
can other-root ls "/proc/$ORCHESTRATOR/root/"
can first-root touch "/proc/1/root$REPO/planted"
can signal kill -0 "$ORCHESTRATOR"
can see sh -c 'cat /proc/[0-9]*/cmdline | tr "\0" " " | grep -q "exe --batch [4]7"'
can descriptors sh -c 'ls -l /proc/self/fd /proc/$PPID/fd /proc/1/fd | grep -q "\.git/\|events.jsonl\|\.lock"'
can trace sh -c 'cat "/proc/$ORCHESTRATOR/mem" || cat "/proc/$ORCHESTRATOR/environ"'
can shared-memory sh -c 'ls /dev/shm | grep -q '"$MARK"
