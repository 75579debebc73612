/** What can be done at the registry's door, beside the operations of the engine's table; `action` caveats name these too. */
export const registryActions = ["registry.pull", "registry.push", "registry.delete", "registry.catalog"] as const;
