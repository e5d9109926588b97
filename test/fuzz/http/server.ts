// The server of the fuzzing of HTTP: a process of its own that the fuzzer starts.
import { createApp, serve } from '@signet/server'
import { createErrorKeeper, reportFacts } from '../server/report-facts.js'
import { createHttpApplication } from './application.js'

const keeper = createErrorKeeper()
const app = createApp(createHttpApplication(keeper.logger))
const server = await serve(app.answer, { port: 0, hostname: '127.0.0.1' })
reportFacts(server.port, keeper.take)
