#!/bin/sh
# Plays a recorded chat, all senders and 500 readers, where one is at hand: the file that
# STENTOR_CHAT names, or one in a folder `shared` beside the checkout. Exit code 77: there is none.
#
#   replay_recorded_chat.sh STENTOR ROOT
set -eu
chat=${STENTOR_CHAT:-$2/../shared/data/live_chat.tsv.gz}
if [ ! -r "$chat" ]; then
    echo "skipped: no recorded chat at $chat"
    exit 77
fi
exec "$1" replay "$chat" --speed 60 --members 500 --reconnect 0.2 --lift-limits
