#!/bin/bash
# Makes the pictures of this folder:  docs/pictures/make.sh MOCO-RUN DENSECL-RUN PHOTOS
# The screenshot needs chromium; the other pictures need only the program. README.md says which runs and photographs were used.
set -euo pipefail
moco=$1 densecl=$2 photos=$3
here=$(cd "$(dirname "$0")" && pwd) work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() { dotnet run -c Release --project "$here/../../src/DenseCL.Cli" -- "$@"; }

run match "$photos" --weights "$densecl" --rows 2 --out "$here/views.png" --force
run report "$moco" "$densecl" --images "$photos" --out "$work/report.html" --charts "$work/charts"
cp "$work/charts/losses.png" "$work/charts/matching.png" "$here"

if command -v chromium > /dev/null; then
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1100,900 \
        --screenshot="$here/report.png" "file://$work/report.html" 2> /dev/null
fi
