#!/usr/bin/env node
import { endProcess } from '../dist/exit.js'
import { main } from '../dist/main.js'

await endProcess(await main(process.argv.slice(2)))
