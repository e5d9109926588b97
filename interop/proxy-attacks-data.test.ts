import { RUNS } from './support/attacks/runs.js'
import { THREADS } from './support/attacks/threads.js'
import { tryAttacks } from './support/attacks/try.js'

tryAttacks([...THREADS, ...RUNS])
