package calling

func (c *call) pressed(p *party, tone string) {}
