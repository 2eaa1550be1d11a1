cat > /dev/null
call=1
until mkdir "$TOOLS/call.$BATCHPRP_ITEM.$BATCHPRP_PHASE.$call" 2> /dev/null; do call=$((call + 1)); done
echo "$BATCHPRP_ITEM $BATCHPRP_PHASE" >> "$TOOLS/calls"
. "$TOOLS/deeds.sh"
deeds=honest
[ -f "$TOOLS/deeds.$BATCHPRP_ITEM.$BATCHPRP_PHASE.$call" ] && deeds=$(cat "$TOOLS/deeds.$BATCHPRP_ITEM.$BATCHPRP_PHASE.$call")
for deed in $deeds; do $deed; done
exit 0
