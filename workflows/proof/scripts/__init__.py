"""What JavaScript and TypeScript have beside names: whole objects, prototypes, stacks, promises, clocks."""
