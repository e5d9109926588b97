import { z } from 'zod'
import { openApiDocument } from '../openapi.js'
import { defineRoute, type Route } from '../route.js'

const document = defineRoute({
  method: 'GET',
  path: '/openapi.json',
  access: 'authenticated',
  summary: 'This document: every route, who may call it, and what it takes and answers',
  response: z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) }),
  handler: ({ table }) => openApiDocument(table),
})

/** The server's own description. */
export const openApiRoutes: readonly Route[] = [document]
