// Lint rule: an optional member of a published type takes `undefined`, too.
//
// Who compiles with `exactOptionalPropertyTypes`, as `tsc --init` writes it, may not give `undefined` to a member
// that is declared as `secret?: string`. An application does: `secret: process.env.MASTRA_JWT_SECRET`.

/** Types that need parentheses before `| undefined` follows. */
const LOOSE = new Set(['TSFunctionType', 'TSConstructorType', 'TSConditionalType', 'TSInferType'])

/** Whether a type has `undefined` by what stands in the source. */
function takesUndefined({ type, types }) {
  if (type === 'TSUnionType') return types.some(takesUndefined)
  return type === 'TSUndefinedKeyword' || type === 'TSUnknownKeyword' || type === 'TSAnyKeyword'
}

const rule = {
  meta: { type: 'problem', fixable: 'code', schema: [] },
  create(context) {
    const check = (node, type) => {
      if (!node.optional || type === undefined || takesUndefined(type)) return
      context.report({
        node,
        message: 'An optional member of a published type takes `undefined`: add `| undefined`.',
        fix: (fixer) =>
          LOOSE.has(type.type)
            ? [fixer.insertTextBefore(type, '('), fixer.insertTextAfter(type, ') | undefined')]
            : fixer.insertTextAfter(type, ' | undefined'),
      })
    }
    const checkMember = (node) => check(node, node.typeAnnotation?.typeAnnotation)
    return {
      TSPropertySignature: checkMember,
      PropertyDefinition: checkMember,
      AccessorProperty: checkMember,
      TSMappedType: (node) => check(node, node.typeAnnotation),
      TSMethodSignature(node) {
        if (!node.optional) return
        context.report({
          node,
          message:
            'An optional method cannot take `undefined`: declare a member, `name?: ((…) => …) | undefined`.',
        })
      },
    }
  },
}

export default { meta: { name: 'signet' }, rules: { 'optional-takes-undefined': rule } }
