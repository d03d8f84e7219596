"""Plain immutable values that every other floor speaks in; nothing here touches disk or clock."""
