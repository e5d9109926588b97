import { z } from 'zod'
import { openApiDocument } from './openapi-document.js'
import type { RouteTable } from '../../route/route-table.js'
import { defineRoute, type Route } from '../../route/route.js'

/** The document of each table: it is made once, when it is first asked for. */
const documents = new WeakMap<RouteTable, ReturnType<typeof openApiDocument>>()

function documentOf(table: RouteTable): ReturnType<typeof openApiDocument> {
  const document = documents.get(table) ?? openApiDocument(table)
  documents.set(table, document)
  return document
}

const document = (table: () => RouteTable): Route =>
  defineRoute({
    method: 'GET',
    path: '/openapi.json',
    access: 'authenticated',
    summary: 'This document: every route, who may call it, and what it takes and answers',
    response: z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) }),
    handler: () => documentOf(table()),
  })

/** The server's own description. */
export const openApiRoutes = (table: () => RouteTable): readonly Route[] => [document(table)]
