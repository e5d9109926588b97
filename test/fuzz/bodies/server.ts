// The server of the fuzzing of bodies: a process of its own that the fuzzer starts.
import { createApp, serve } from '@signet/server'
import { openStore, type StoreOptions } from '@signet/store'
import { createErrorKeeper, reportFacts } from '../server/report-facts.js'
import { appOptions, createBodiesApplication } from './application.js'

const options: StoreOptions = JSON.parse(process.argv[2] ?? '')
const keeper = createErrorKeeper()
const store = await openStore(options)
const app = createApp(createBodiesApplication(store.memory, keeper.logger), appOptions(store))
const server = await serve(app.answer, { port: 0, hostname: '127.0.0.1' })
reportFacts(server.port, keeper.take)
