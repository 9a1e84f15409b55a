"""Official papers in Word, in the layout that the decree on records prescribes."""
