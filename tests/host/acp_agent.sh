# The agent's side of the protocol, for scripts that are put behind this.

# Reads messages until one has the method; its id is left in $id.
take() {
    while read -r line; do
        case $line in
        *"\"method\":\"$1\""*) id=${line#*\"id\":}; id=${id%%[,\}]*}; return ;;
        esac
    done
    exit 9
}
# Reads messages until one answers our request; it is left in $line.
hear() {
    while read -r line; do
        case $line in *"\"id\":\"$1\""*) return ;; esac
    done
    exit 9
}
keep() { printf '%s\n' "$line"; }
give() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
fail() { printf '{"jsonrpc":"2.0","id":%s,"error":%s}\n' "$id" "$1"; }
tell() { printf '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s1","update":%s}}\n' "$1"; }
ask() { printf '{"jsonrpc":"2.0","id":"%s","method":"%s","params":{"sessionId":"s1",%s}}\n' "$1" "$2" "$3"; }
say() { tell "{\"sessionUpdate\":\"agent_message_chunk\",\"content\":{\"type\":\"text\",\"text\":\"$1\"}}"; }
begin() {
    take initialize
    give '{"protocolVersion":1,"agentCapabilities":{"loadSession":true},"agentInfo":{"version":"7"}}'
    take session/new
    give '{"sessionId":"s1"}'
    take session/prompt
    prompt=$id
}
end() { id=$prompt; give "{\"stopReason\":\"$1\"}"; }
