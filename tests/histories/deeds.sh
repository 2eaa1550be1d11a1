# What agents do in their workspaces, one function per deed. Each mark stands in the ledger once it is written for good:
# deeds that destroy come first in a call, so that nothing of the same call is lost by the hand that wrote it.
G="git -c user.name=agent -c user.email=agent@example.org -c commit.gpgsign=false -c core.editor=true -c gc.auto=0"
OWN="src/$BATCHPRP_ITEM.txt"
BRANCH=$(echo "$BATCHPRP_ITEM" | tr 'A-Z.' 'a-z-')
k=0

next() { k=$((k + 1)); t="mark-$BATCHPRP_ITEM-$BATCHPRP_PHASE-$call-$k-"; }
put() { next; mkdir -p "${1%/*}" && echo "$t" >> "$1" && echo "$t" >> "$MARKS"; }
commit() { $G add -A . && $G commit -q --no-verify -m "$1" -m "Made-by: $BATCHPRP_ITEM"; }
# Asks the test to do something meanwhile, and waits until it has.
ask() {
    next
    : > "$TOOLS/ask.$1.$t"
    n=0
    until [ -e "$TOOLS/done.$1.$t" ] || [ $n -gt 600 ]; do sleep 0.02; n=$((n + 1)); done
}
work() { put "$OWN"; }
# What lies only on other branches, tags and the stash of its own repository is its own to drop.
drops() {
    grep -- "-$BATCHPRP_ITEM-" "$MARKS" 2> /dev/null | while read -r m; do
        grep -rq -e "$m" --exclude-dir=.git . || git grep -q -e "$m" HEAD || echo "$m" >> "$MARKS.dropped"
    done
}

# Destroy: what was there before this call.
hard_reset() { $G reset -q --hard HEAD^; }
reset_to_main() { $G reset -q --hard main; }
clean() { $G checkout -q -f . ; $G clean -q -f -d -x; }
no_repository() { drops; rm -rf .git; }
new_repository() { drops; rm -rf .git; $G init -q; $G add -A; $G commit -q -m "a new start"; }
orphan() { $G switch -q --orphan "empty-$call"; }
delete_base() { rm -f src/base.txt; }
delete_others() { for f in src/*.txt; do [ "$f" = "$OWN" ] || rm -f "$f"; done; }
delete_all() { rm -rf src; }
drop_stash() { drops; $G stash clear; }
prune() { drops; $G reflog expire --expire=now --all; $G gc -q --prune=now; }

# Make: something that must be found again.
committed() { put "$OWN" && commit "work on $BATCHPRP_ITEM"; }
extra() { put "src/extra-$BATCHPRP_ITEM-$call.txt"; }
amended() { committed && put "$OWN" && $G commit -q -a --amend --no-edit; }
amend_before() { put "$OWN" && $G commit -q -a --amend -m "rewritten" -m "Made-by: $BATCHPRP_ITEM"; }
soft_reset() { $G reset -q --soft HEAD^; work; }
rebased() { work; commit "to be rebased"; $G rebase -q main; }
rebased_interrupted() { work; commit "to be rebased"; $G rebase -q -x false main; }
merged_main() { work; commit "before a merge"; $G merge -q --no-edit main; }
merged_aside() { $G merge -q --no-edit aside; work; }
picked() { $G cherry-pick --no-commit aside; work; commit "picked"; }
on_main() { $G checkout -q main; put "src/on-main-$BATCHPRP_ITEM-$call.txt"; commit "on main"; }
on_side() { $G switch -q -c "side-$call-$k"; put "src/side-$BATCHPRP_ITEM.txt"; commit "on a side branch"; }
side_and_back() { on_side; $G switch -q "$BRANCH"; }
nested_side() { $G switch -q -c "a/b/c-$call-$k"; put "$OWN"; commit "deep"; $G switch -q "$BRANCH"; }
detached() { $G switch -q --detach; put "$OWN"; commit "detached"; $G tag "left-$call-$k"; }
stashed() { put "src/stashed-$BATCHPRP_ITEM.txt"; $G stash -q -u; }
stashed_twice() { stashed; stashed; }
tagged() { put "src/tagged-$BATCHPRP_ITEM.txt"; commit "to be tagged"; $G tag -m note "v-$call-$k"; $G reset -q --hard HEAD^; }
forged_checkpoint() {
    $G commit -q --allow-empty -m "$BATCHPRP_ITEM: Phase $((BATCHPRP_PHASE + 1)) - Part" -m "Batchprp-Prp: $BATCHPRP_ITEM
Batchprp-Phase: $((BATCHPRP_PHASE + 1))
Batchprp-Run: 20260101T000000000-aaa"
}
forged_other() { $G commit -q --allow-empty -m "PRP-47.1.1: Phase 1 - Part 1" -m "Batchprp-Prp: PRP-47.1.1
Batchprp-Phase: 1"; }
forged_merge() {
    c=$($G commit-tree -p HEAD -p main -m "Merge PRP-47.1.2: Work" -m "Batchprp-Prp: PRP-47.1.2
Batchprp-Run: 20260101T000000000-aaa" "HEAD^{tree}") && $G update-ref HEAD "$c"
}
forged_refs() {
    for r in refs/heads/main refs/heads/prp-47 refs/heads/prp-47-1-1 refs/batchprp/item/prp-47-1-2 refs/batchprp/batch/prp-47; do
        [ "$r" = "refs/heads/$BRANCH" ] || $G update-ref "$r" HEAD
    done
}
forged_notes() { $G notes --ref=batchprp add -f -m '{"schema_version":1,"prp":"PRP-47.1.1","phase":1,"level":4,"levels":[]}' HEAD; }
configured() {
    for s in user.name=evil core.hooksPath=/evil core.fsmonitor=/evil commit.gpgsign=true core.autocrlf=true; do
        git config "${s%%=*}" "${s#*=}"
    done
    git remote add evil /evil
    work
}
bare() { work; git config core.bare true; }
elsewhere() { work; mkdir -p "$TOOLS/elsewhere"; git config core.worktree "$TOOLS/elsewhere"; }
hooked() {
    mkdir -p .git/hooks
    for h in pre-commit post-commit post-checkout reference-transaction post-index-change; do
        printf '#!/bin/sh\necho ran >> src/hooked.txt\nexit 1\n' > ".git/hooks/$h"; chmod +x ".git/hooks/$h"
    done
    work
}
filtered() { echo '*.txt filter=x' > .git/info/attributes; git config filter.x.clean 'sed s/base/filtered/'; work; }
attributes() { echo '*.txt ident -text' >> .gitattributes; work; }
excluded() { echo 'src/' >> .git/info/exclude; extra; }
assumed() { $G update-index --assume-unchanged "$OWN" src/base.txt; work; }
skipped() { $G update-index --skip-worktree "$OWN" src/base.txt; work; }
embedded() { $G init -q lib && (cd lib && put "$PWD/inside.txt" && commit inside && put "$PWD/unsaved.txt"); }
embedded_hidden() { $G init -q lib && (cd lib && put "$PWD/inside.txt" && commit inside) && $G add lib; }
linked_tree() { $G worktree add -q "$TOOLS/linked-$BATCHPRP_ITEM-$call-$k" -b "linked-$call-$k" && (cd "$TOOLS/linked-$BATCHPRP_ITEM-$call-$k" && put "src/linked-$BATCHPRP_ITEM.txt" && commit linked); }
replaced() { work; commit "to be replaced"; $G replace HEAD main; }
grafted() { mkdir -p .git/info; git rev-parse HEAD > .git/info/grafts; work; }
shallow() { git rev-parse HEAD > .git/shallow; work; }
packed() { committed; $G gc -q; }
locked() { work; : > .git/index.lock; : > .git/HEAD.lock; : > ".git/refs/heads/$BRANCH.lock"; }
half_merged() { committed; $G switch -q -c "other-$call-$k" HEAD^; put "$OWN"; commit other; $G merge -q "$BRANCH"; }
renamed() { work; commit "before"; $G branch -q -m "renamed-$call-$k"; }
moved() { $G mv src/base.txt "src/moved-$BATCHPRP_ITEM.txt"; work; }
linked() { ln -s ../README.md "src/link-$BATCHPRP_ITEM"; work; }
shared() { put src/shared.txt; }
exclusive() { echo EXCLUSIVE >> "$OWN"; work; }
folder_for_file() { rm -f src/base.txt; put src/base.txt/inside.txt; }
changed_base() { put src/base.txt; }
ledgered() { ask person; }

# End: how the call comes out.
done_well() { work; }
nothing() { :; }
only_says_so() { echo '{"status": "success", "files": ["src/x"]}' > "$BATCHPRP_RESULT"; }
broken() { work; echo BROKEN >> "$OWN"; }
fails() { work; exit 3; }
says_failed() { work; echo '{"status": "failed", "errors": ["no"]}' > "$BATCHPRP_RESULT"; }
crashes() { work; kill -SEGV $$; }
is_killed() { work; ask kill; }
commits_and_is_killed() { committed; ask kill; }
killed_half_way() { put "$OWN"; $G add -A; ask kill; }
stash_and_killed() { stashed; ask kill; }
kills_its_parent() { work; kill -9 $PPID; ask kill; }
honest() {
    for f in "$OWN" src/base.txt; do [ -f "$f" ] && sed -i -e /BROKEN/d -e /EXCLUSIVE/d "$f"; done
    work
}
