package table

import "encoding/xml"

// Service is the document that lists the tables.
func (t *Tables) Service(root string) Answer {
	sets := make([]Answer, len(t.tables))
	for i, one := range t.tables {
		sets[i] = Answer{"name": one.Set, "kind": "EntitySet", "url": one.Set}
	}
	return Answer{"@odata.context": root + "$metadata", "value": sets}
}

// The parts of OData's description of the tables (CSDL, XML of version 4.0).
type (
	csdl struct {
		XMLName xml.Name `xml:"edmx:Edmx"`
		NS      string   `xml:"xmlns:edmx,attr"`
		Version string   `xml:"Version,attr"`
		Schema  schema   `xml:"edmx:DataServices>Schema"`
	}
	schema struct {
		NS        string       `xml:"xmlns,attr"`
		Namespace string       `xml:"Namespace,attr"`
		Alias     string       `xml:"Alias,attr"`
		Types     []entityType `xml:"EntityType"`
		Container container    `xml:"EntityContainer"`
	}
	entityType struct {
		Name       string     `xml:"Name,attr"`
		Key        reference  `xml:"Key>PropertyRef"`
		Properties []property `xml:"Property"`
	}
	reference struct {
		Name string `xml:"Name,attr"`
	}
	property struct {
		Name     string `xml:"Name,attr"`
		Type     string `xml:"Type,attr"`
		Nullable bool   `xml:"Nullable,attr"`
	}
	container struct {
		Name string      `xml:"Name,attr"`
		Sets []entitySet `xml:"EntitySet"`
	}
	entitySet struct {
		Name string `xml:"Name,attr"`
		Type string `xml:"EntityType,attr"`
	}
)

// Metadata is the document that describes the tables, in XML.
func (t *Tables) Metadata() ([]byte, error) {
	const namespace = "Microsoft.Dynamics.CRM"
	s := schema{NS: "http://docs.oasis-open.org/odata/ns/edm", Namespace: namespace, Alias: "mscrm", Container: container{Name: "System"}}
	for _, one := range t.tables {
		e := entityType{Name: one.Name, Key: reference{one.Key}}
		for _, c := range one.columns {
			if !c.hidden {
				e.Properties = append(e.Properties, property{Name: c.name, Type: string(c.kind)})
			}
		}
		s.Types = append(s.Types, e)
		s.Container.Sets = append(s.Container.Sets, entitySet{one.Set, namespace + "." + one.Name})
	}
	body, err := xml.MarshalIndent(csdl{NS: "http://docs.oasis-open.org/odata/ns/edmx", Version: "4.0", Schema: s}, "", "  ")
	return append([]byte(xml.Header), body...), err
}
