/** Under 4 minutes. */
const FULL = { mode: 'full', count: 512, rounds: 21, sliceMs: 50, tries: 3, textMb: 1 }
/** About 15 seconds: enough to see that all works, too little to quote. */
const QUICK = { mode: 'quick', count: 64, rounds: 3, sliceMs: 15, tries: 1, textMb: 0.25 }

/** How long to measure: `--quick` or `BENCH_QUICK=1` is the short way. */
export function chooseEffort(args, environment) {
  const isQuick = args.includes('--quick') || environment.BENCH_QUICK === '1'
  return isQuick ? QUICK : FULL
}
