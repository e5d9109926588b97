import { readFileSync } from 'node:fs'

const { BENCH_ANSWER, MASTRA_JWT_SECRET, PORT } = process.env

/** What the peers without agents answer: the very text of Signet's list of agents. */
export const answer = readFileSync(BENCH_ANSWER, 'utf8')
/** The path that needs a token; every other one answers to everybody. */
export const CLOSED_PATH = '/api/agents'
export const secret = MASTRA_JWT_SECRET
export const port = Number(PORT)
